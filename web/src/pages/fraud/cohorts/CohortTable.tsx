/** The table of cohorts: one rate with its interval as a bar, its difference from the rest, and other key figures. */
import { Anchor, Badge, Checkbox, Group, Text, Tooltip } from "@mantine/core";
import { Link } from "react-router";
import type { Result } from "@/api/client";
import { type Column, DataTable } from "@/components/DataTable";
import { Exact } from "@/components/Exact";
import { useUrlState } from "@/components/useUrlState";
import { formatKpi, formatKpiDifference, kpiLabel, KPI_NAMES } from "@/format/kpis";
import { formatNumber, formatPercent } from "@/format/numbers";
import { dimensions } from "@/text/dimensions";
import { text as t } from "@/text/fraud";
import { Explained } from "../parts/Explained";
import { IntervalBar } from "../parts/IntervalBar";
import { type Ends, scaleOf } from "../parts/scale";
import { type Cohort, meaning, type Rate, sorted } from "./cohorts";
import type { Selection } from "./useSelection";

type Analysis = Result<"/api/v1/analytics/cohorts">;
const COLORS = { better: "teal.6", worse: "red.6", neither: "ink.5" };

type Props = { data: Analysis; rate: Rate; selection: Selection };

export function CohortTable({ data, rate, selection }: Props) {
  const [sort, setSort] = useUrlState("sort", "count,desc");
  const scale = scaleOf(
    data.cohorts.flatMap(({ intervals, metrics }) => [...(intervals[rate] ?? []), metrics[rate]]),
  );
  const columns: Column<Cohort>[] = [
    {
      key: "select",
      title: "",
      render: ({ id, name }) => (
        <Checkbox
          size="xs"
          aria-label={t.cohorts.select(name)}
          checked={selection.ids.includes(id)}
          onChange={() => selection.toggle(id)}
        />
      ),
    },
    { key: "name", title: t.cohorts.cohort, sort: "name", render: (cohort) => <Name {...cohort} /> },
    {
      key: "count",
      title: t.cohorts.count,
      sort: "count",
      isNumber: true,
      render: ({ count, share }) => `${formatNumber(count)} (${formatPercent(share)})`,
    },
    {
      key: "rate",
      title: kpiLabel(rate),
      sort: rate,
      isNumber: true,
      render: ({ metrics }) => (
        <Exact value={metrics[rate]}>{formatKpi(rate, metrics[rate], data.currency)}</Exact>
      ),
    },
    {
      key: "interval",
      title: t.cohorts.interval,
      render: (cohort) => (
        <Interval cohort={cohort} rate={rate} scale={scale} overall={data.overall.metrics[rate]} />
      ),
    },
    {
      key: "rest",
      title: t.cohorts.versusRest,
      render: (cohort) => <VersusRest cohort={cohort} rate={rate} currency={data.currency} />,
    },
    ...KPI_NAMES.filter((name) => name !== rate && name !== "decisionThroughput").map(
      (name): Column<Cohort> => ({
        key: name,
        title: kpiLabel(name),
        sort: name,
        isNumber: true,
        render: ({ metrics }) => (
          <Exact value={metrics[name]}>{formatKpi(name, metrics[name], data.currency)}</Exact>
        ),
      }),
    ),
  ];
  return (
    <DataTable
      label={t.cohorts.list(dimensions[data.dimension])}
      columns={columns}
      rows={sorted(data.cohorts, sort)}
      keyOf={({ id }) => id}
      sorting={{ by: sort, onChange: setSort }}
    />
  );
}

function Name({ id, name }: Cohort) {
  const link = (
    <Anchor component={Link} to={`/fraud/cohorts/${id}`} fz="sm" className="tally-name">
      <bdi>{name}</bdi>
    </Anchor>
  );
  return name === t.cohorts.none ? <Tooltip label={t.cohorts.noneHint}>{link}</Tooltip> : link;
}

type IntervalProps = { cohort: Cohort; rate: Rate; scale: Ends; overall: number | null };

function Interval({ cohort, rate, scale, overall }: IntervalProps) {
  const [low, high] = cohort.intervals[rate] ?? [];
  const { difference, significant } = cohort.versusRest[rate];
  const color = significant === true ? COLORS[meaning(rate, difference)] : COLORS.neither;
  return (
    <div style={{ minWidth: 180 }}>
      <IntervalBar
        scale={scale}
        interval={cohort.intervals[rate]}
        value={cohort.metrics[rate]}
        reference={overall}
        color={color}
      />
      <Explained fz="xs" c="dimmed" hint={t.cohorts.intervalHint}>
        {low === undefined || high === undefined
          ? t.bounds.undefined
          : t.bounds.range(formatPercent(low), formatPercent(high))}
      </Explained>
    </div>
  );
}

function VersusRest({ cohort, rate, currency }: { cohort: Cohort; rate: Rate; currency: string }) {
  const { difference, interval, significant } = cohort.versusRest[rate];
  const [low, high] = interval ?? [];
  const means = meaning(rate, difference);
  return (
    <Group gap={6} wrap="nowrap">
      <div>
        <Text fz="sm" style={{ whiteSpace: "nowrap" }}>
          <Exact value={difference}>{formatKpiDifference(rate, difference, currency)}</Exact>
        </Text>
        {low !== undefined && high !== undefined && (
          <Explained fz="xs" c="dimmed" hint={t.cohorts.versusRestHint} style={{ whiteSpace: "nowrap" }}>
            {t.bounds.range(
              formatKpiDifference(rate, low, currency),
              formatKpiDifference(rate, high, currency),
            )}
          </Explained>
        )}
      </div>
      {significant === true && (
        <Tooltip label={t.cohorts.significantHint} multiline maw={280}>
          <Badge
            size="xs"
            variant="light"
            color={COLORS[means].split(".")[0] ?? "gray"}
            tabIndex={0}
            flex="none"
          >
            {t.cohorts.significant[means]}
          </Badge>
        </Tooltip>
      )}
    </Group>
  );
}
