/** KPIs as recorded and as replayed, with the intervals of their differences. */
import { Stack, Text, Tooltip } from "@mantine/core";
import type { Results } from "./scenarios";
import { Chart } from "@/components/chart/Chart";
import { forest, toneOf } from "@/components/chart/forest";
import { type Column, DataTable } from "@/components/DataTable";
import { Exact } from "@/components/Exact";
import { KpiInterval } from "@/components/KpiInterval";
import { Panel } from "@/components/Panel";
import { formatKpi, formatKpiDifference, KPI_NAMES, kpiLabel, type KpiName, KPIS } from "@/format/kpis";
import { kpis } from "@/text/kpis";
import { text as t } from "@/text/replay";

const SHARES = KPI_NAMES.filter((name) => KPIS[name].kind === "share");

export function KpiComparison({ results }: { results: Results }) {
  const { currency, differences } = results;
  const { option, table, height } = forest(
    SHARES.map((name) => {
      const { value, interval } = differences[name];
      return { name: kpiLabel(name), value, interval, tone: toneOf(interval, KPIS[name].better) };
    }),
    { format: (value) => formatKpiDifference("precision", value, currency) },
  );
  return (
    <Panel title={t.results.kpis} hint={t.results.differencesHint}>
      <Stack gap="sm">
        <DataTable
          label={t.results.kpis}
          columns={columnsFor(results)}
          rows={KPI_NAMES}
          keyOf={(name) => name}
        />
        <Chart label={t.results.differences} option={option} table={table} height={height} />
      </Stack>
    </Panel>
  );
}

function columnsFor({ baseline, replayed, differences, currency }: Results): Column<KpiName>[] {
  const value = (key: string, title: string, kpiValues: Results["baseline"]): Column<KpiName> => ({
    key,
    title,
    isNumber: true,
    render: (name) => <Exact value={kpiValues[name]}>{formatKpi(name, kpiValues[name], currency)}</Exact>,
  });
  return [
    {
      key: "kpi",
      title: t.results.kpi,
      render: (name) => (
        <Tooltip label={kpis.formulas[name]} multiline maw={320}>
          <Text span size="sm" tabIndex={0} style={{ whiteSpace: "nowrap" }}>
            {kpiLabel(name)}
          </Text>
        </Tooltip>
      ),
    },
    value("recorded", t.results.recorded, baseline),
    value("replayed", t.results.replayed, replayed),
    {
      key: "difference",
      title: t.results.difference,
      isNumber: true,
      render: (name) => (
        <Exact value={differences[name].value}>
          {formatKpiDifference(name, differences[name].value, currency)}
        </Exact>
      ),
    },
    {
      key: "interval",
      title: t.results.interval,
      isNumber: true,
      render: (name) => <KpiInterval name={name} interval={differences[name].interval} currency={currency} />,
    },
  ];
}
