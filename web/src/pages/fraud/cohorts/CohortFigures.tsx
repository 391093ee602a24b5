/** The key figures of a cohort beside those of all decisions of its range. */
import { Skeleton } from "@mantine/core";
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";
import { type Column, DataTable } from "@/components/DataTable";
import { Exact } from "@/components/Exact";
import { Loaded } from "@/components/Loaded";
import { Maturity } from "@/components/Maturity";
import { Panel } from "@/components/Panel";
import { formatKpi, formatKpiDifference, KPI_NAMES, kpiLabel, type KpiName } from "@/format/kpis";
import { formatPercent } from "@/format/numbers";
import { kpis } from "@/text/kpis";
import { text as t } from "@/text/fraud";
import { Explained } from "../parts/Explained";
import { type Cohort, isRate } from "./cohorts";

type Drivers = Result<"/api/v1/analytics/explain/cohort/{cohortId}/top-drivers">;
type Analysis = Result<"/api/v1/analytics/cohorts">;

export function CohortFigures({ cohortId, drivers }: { cohortId: string; drivers: Drivers }) {
  const { startDate, endDate, dimension } = drivers;
  const query = useApi("/api/v1/analytics/cohorts", {
    query: { startDate, endDate, dimension, minCount: 1 },
  });
  const cohort = query.data?.cohorts.find(({ name }) => name === drivers.name);
  return (
    <Panel title={t.cohort.figures} aside={cohort && <Maturity key={cohortId} maturity={cohort.maturity} />}>
      <Loaded query={query} skeleton={<Skeleton h={200} />}>
        {(data) => <Figures data={data} cohort={cohort} />}
      </Loaded>
    </Panel>
  );
}

function Figures({ data: { overall, currency }, cohort }: { data: Analysis; cohort: Cohort | undefined }) {
  const columns: Column<KpiName>[] = [
    {
      key: "kpi",
      title: t.cohort.kpi,
      render: (name) => (
        <Explained fz="sm" hint={kpis.formulas[name]}>
          {kpiLabel(name)}
        </Explained>
      ),
    },
    {
      key: "here",
      title: t.cohort.here,
      isNumber: true,
      render: (name) => (
        <Exact value={cohort?.metrics[name]}>{formatKpi(name, cohort?.metrics[name], currency)}</Exact>
      ),
    },
    {
      key: "interval",
      title: t.cohorts.interval,
      isNumber: true,
      render: (name) => intervalOf(name, cohort),
    },
    {
      key: "overall",
      title: t.cohort.overall,
      isNumber: true,
      render: (name) => (
        <Exact value={overall.metrics[name]}>{formatKpi(name, overall.metrics[name], currency)}</Exact>
      ),
    },
    {
      key: "rest",
      title: t.cohorts.versusRest,
      isNumber: true,
      render: (name) =>
        isRate(name) ? formatKpiDifference(name, cohort?.versusRest[name].difference, currency) : "",
    },
  ];
  return <DataTable label={t.cohort.figures} columns={columns} rows={KPI_NAMES} keyOf={(name) => name} />;
}

function intervalOf(name: KpiName, cohort: Cohort | undefined): string {
  if (!isRate(name) || cohort === undefined) return "";
  const [low, high] = cohort.intervals[name] ?? [];
  if (low === undefined || high === undefined) return "";
  return t.bounds.range(formatPercent(low), formatPercent(high));
}
