/** Fraud decisions by cohorts: KPIs of all of them, charts of the shares, parts of all decisions, or a table. */
import * as z from "zod/mini";
import { bars, shares } from "@/components/chart/options";
import { formatKpi, KPI_NAMES, kpiLabel } from "@/format/kpis";
import { formatNumber } from "@/format/numbers";
import { type Cell, exactly, type Reader, type View } from "../shown";
import { count, figuresOf, FIRST_SHARES, kpiValues, maturity, readinessOf, share } from "./kpis";
import { text as t } from "@/text/dashboards";

const cohort = z.looseObject({
  id: z.string(),
  name: z.string(),
  count: z.number(),
  share: z.number(),
  metrics: kpiValues,
});
const schema = z.looseObject({
  dimension: z.string(),
  currency: z.string(),
  dataFreshness: z.string(),
  overall: z.looseObject({ count: z.number(), metrics: kpiValues, maturity }),
  cohorts: z.array(cohort),
  suppressed: z.looseObject({ cohorts: z.number(), count: z.number() }),
});
type Answer = z.infer<typeof schema>;

export const readCohorts: Reader = (answer, { type }) => {
  const found = schema.parse(answer);
  const ready = readinessOf(found, found.overall.maturity);
  const { cohorts, count: decisions } = found.suppressed;
  const small = cohorts > 0 ? [t.fraud.suppressed(formatNumber(cohorts), formatNumber(decisions))] : [];
  return { view: viewOf(type, found), ...ready, notes: [...ready.notes, ...small] };
};

function viewOf(type: string, found: Answer): View {
  if (type === "metric_card") {
    const decisions = {
      label: t.fraud.decisions,
      value: count.format(found.overall.count),
      exact: exactly(found.overall.count),
    };
    return { kind: "card", figures: [decisions, ...figuresOf(found.overall.metrics, found.currency)] };
  }
  if (type === "pie_chart") return ring(found);
  return type === "table" ? table(found) : chart(found, type === "line_chart");
}

function chart({ cohorts }: Answer, asLines: boolean): View {
  const groups = cohorts.map(({ name, metrics }) => ({
    name,
    values: FIRST_SHARES.map((each) => metrics[each] ?? null),
  }));
  return { kind: "chart", drawn: bars(groups, { names: FIRST_SHARES.map(kpiLabel), asLines, ...share }) };
}

function ring({ cohorts, suppressed }: Answer): View {
  const parts = cohorts.map((each) => ({
    name: each.name,
    value: each.count,
    share: share.format(each.share),
  }));
  const rest = suppressed.count > 0 ? [{ name: t.fraud.smaller, value: suppressed.count }] : [];
  return { kind: "chart", drawn: shares([...parts, ...rest], count) };
}

function table({ dimension, cohorts, currency }: Answer): View {
  return {
    kind: "table",
    columns: [
      { title: t.dimensions[dimension] ?? dimension },
      { title: t.fraud.decisions, isNumber: true },
      { title: t.tables.share, isNumber: true },
      ...KPI_NAMES.map((name) => ({ title: kpiLabel(name), isNumber: true })),
    ],
    rows: cohorts.map((each) => [
      each.name,
      number(each.count, count.format),
      number(each.share, share.format),
      ...KPI_NAMES.map((name) => number(each.metrics[name], (value) => formatKpi(name, value, currency))),
    ]),
  };
}

function number(value: number | null | undefined, format: (value: number | null) => string): Cell {
  return { text: format(value ?? null), exact: exactly(value) };
}
