/** Each variant against the control, by the primary metric and the guardrails, as forest plots and in numbers. */
import { Badge, Stack, Text } from "@mantine/core";
import { byMetric, type Comparison, type Judged, verdictOf } from "./comparisons";
import { WITHOUT_LABELS } from "./formValues";
import type { Experiment } from "./moves";
import type { ExperimentResults } from "./Results";
import { Verdict } from "./Verdict";
import { Chart } from "@/components/chart/Chart";
import { forest } from "@/components/chart/forest";
import { type Column, DataTable } from "@/components/DataTable";
import { Exact } from "@/components/Exact";
import { KpiInterval } from "@/components/KpiInterval";
import { Panel } from "@/components/Panel";
import { formatKpi, formatKpiDifference, kpiLabel } from "@/format/kpis";
import { formatNumber, formatPercent } from "@/format/numbers";
import { text as t } from "@/text/experiments";

type Props = { experiment: Experiment; results: ExperimentResults };

export function Comparisons({ experiment, results }: Props) {
  const { currency, comparisons, variants } = results;
  const names = new Map(experiment.variants.map(({ id, name }) => [id, name]));
  const horizon = variants[0]?.maturity.horizonDays ?? 0;
  return (
    <Stack gap="xs">
      <Text size="xs" c="dimmed" maw={760}>
        {t.results.comparisonHint}
      </Text>
      <Stack gap="md">
        {byMetric(experiment, comparisons).map((judged) => (
          <MetricPanel key={judged.role + judged.metric} {...{ judged, names, currency, horizon }} />
        ))}
      </Stack>
    </Stack>
  );
}

type MetricProps = {
  judged: Judged;
  names: ReadonlyMap<string, string>;
  currency: string;
  horizon: number;
};

function MetricPanel({ judged, names, currency, horizon }: MetricProps) {
  const { metric, role, direction, limit, comparisons } = judged;
  const format = (value: number | null) => formatKpiDifference(metric, value, currency);
  const size = format(limit === null ? null : Math.abs(limit)).replace("+", "");
  const needsLabels = !WITHOUT_LABELS.some((name) => name === metric);
  const { option, table, height } = forest(
    comparisons.map((each) => ({
      name: names.get(each.variantId) ?? each.variantId,
      value: each.difference,
      interval: each.interval,
      tone: verdictOf(judged, each),
    })),
    { format, limits: limit === null ? [] : [{ at: limit, name: t.results.harmLimit }] },
  );
  return (
    <Panel
      title={kpiLabel(metric)}
      aside={
        <Badge variant="light" color={role === "primary" ? "ink" : "gray"} style={{ flexShrink: 0 }}>
          {role === "primary" ? t.results.primary : t.results.guardrail}
        </Badge>
      }
    >
      <Stack gap="xs">
        <Text size="xs" c="dimmed">
          {[
            role === "primary" ? t.results.wanted[direction] : t.results.harm(size),
            ...(needsLabels ? [t.results.labelHint(horizon)] : []),
          ].join(" · ")}
        </Text>
        {comparisons.some(({ difference }) => difference !== null) && (
          <Chart label={t.results.forest(kpiLabel(metric))} option={option} table={table} height={height} />
        )}
        <DataTable
          label={kpiLabel(metric)}
          columns={columnsFor(judged, names, currency)}
          rows={comparisons}
          keyOf={({ variantId }) => variantId}
        />
      </Stack>
    </Panel>
  );
}

function columnsFor(
  judged: Judged,
  names: ReadonlyMap<string, string>,
  currency: string,
): Column<Comparison>[] {
  const { metric } = judged;
  const number = (
    key: string,
    title: string,
    value: (each: Comparison) => number | null,
    format: (name: string, value: number | null, currency: string) => string,
  ): Column<Comparison> => ({
    key,
    title,
    isNumber: true,
    render: (each) => <Exact value={value(each)}>{format(metric, value(each), currency)}</Exact>,
  });
  return [
    {
      key: "variant",
      title: t.results.variant,
      render: ({ variantId }) => (
        <Text size="sm" lineClamp={2} miw={100} dir="auto">
          {names.get(variantId) ?? variantId}
        </Text>
      ),
    },
    {
      key: "verdict",
      title: t.results.verdict,
      render: (each) => <Verdict comparison={each} judged={judged} />,
    },
    number("control", t.results.control, ({ controlValue }) => controlValue, formatKpi),
    number("value", t.results.value, ({ value }) => value, formatKpi),
    number("difference", t.results.difference, ({ difference }) => difference, formatKpiDifference),
    {
      key: "interval",
      title: t.results.interval,
      isNumber: true,
      render: ({ interval }) => <KpiInterval name={metric} interval={interval} currency={currency} />,
    },
    {
      key: "lift",
      title: t.results.lift,
      isNumber: true,
      render: ({ relativeLift }) => <Exact value={relativeLift}>{formatPercent(relativeLift)}</Exact>,
    },
    { key: "units", title: t.results.units, isNumber: true, render: ({ units }) => formatNumber(units) },
  ];
}
