/** The KPIs of fraud decisions over a range: a card, bars or lines with their bounds, the outcomes, or a table. */
import * as z from "zod/mini";
import { bars, shares } from "@/components/chart/options";
import { formatKpi, KPI_NAMES, kpiLabel } from "@/format/kpis";
import { exactly, type Reader, type View } from "../shown";
import { boundsOf, count, figuresOf, kpiValues, maturity, readinessOf, share, SHARES } from "./kpis";
import { text as t } from "@/text/dashboards";

const schema = z.looseObject({
  maturity,
  bounds: z.record(z.string(), z.array(z.nullable(z.number()))),
  currency: z.string(),
  dataFreshness: z.string(),
  excludedFromAmounts: z.number(),
  decisions: z.number(),
  outcomes: z.record(z.string(), z.number()),
});
type Answer = z.infer<typeof schema>;
type Values = Readonly<Record<string, number | null | undefined>>;

export const readFraudMetrics: Reader = (answer, { type }) => {
  const found = schema.parse(answer);
  const values: Values = Object.fromEntries(
    KPI_NAMES.map((name) => [name, kpiValues.safeParse({ [name]: found[name] }).data?.[name] ?? null]),
  );
  const view =
    type === "metric_card"
      ? card(found, values)
      : type === "pie_chart"
        ? ring(found)
        : type === "table"
          ? table(found, values)
          : chart(found, values, type === "line_chart");
  return { view, ...readinessOf(found, found.maturity) };
};

function card(found: Answer, values: Values): View {
  const decisions = {
    label: t.fraud.decisions,
    value: count.format(found.decisions),
    exact: exactly(found.decisions),
  };
  return { kind: "card", figures: [decisions, ...figuresOf(values, found.currency, found.bounds)] };
}

/** The shares side by side, with the lowest and highest values that labels to come can lead to. */
function chart(found: Answer, values: Values, asLines: boolean): View {
  const groups = SHARES.map((name) => ({
    name: kpiLabel(name),
    values: [values[name] ?? null, found.bounds[name]?.[0] ?? null, found.bounds[name]?.[1] ?? null],
  }));
  const names = [t.fraud.value, t.fraud.atLeast, t.fraud.atMost];
  return { kind: "chart", drawn: bars(groups, { names, asLines, ...share }) };
}

function ring(found: Answer): View {
  const parts = Object.entries(found.outcomes).map(([name, value]) => ({
    name: t.outcomes[name] ?? name,
    value,
  }));
  return { kind: "chart", drawn: shares(parts, count) };
}

function table(found: Answer, values: Values): View {
  return {
    kind: "table",
    columns: [{ title: t.fraud.kpi }, { title: t.fraud.value, isNumber: true }, { title: t.fraud.bounds }],
    rows: KPI_NAMES.map((name) => [
      kpiLabel(name),
      { text: formatKpi(name, values[name], found.currency), exact: exactly(values[name]) },
      boundsOf(name, found.bounds[name], found.currency) ?? "–",
    ]),
  };
}
