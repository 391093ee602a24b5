/** The KPIs of fraud decisions over time: lines or bars of the shares, the KPIs of the whole range, or a table. */
import * as z from "zod/mini";
import { bars, linesOverTime, shares } from "@/components/chart/options";
import { formatKpi, KPI_NAMES, kpiLabel } from "@/format/kpis";
import { formatBucket, formatTick, type Step } from "@/format/times";
import { exactly, type Reader, type View } from "../shown";
import { FIRST_SHARES, figuresOf, kpiValues, maturity, readinessOf, share, SHARES } from "./kpis";
import { text as t } from "@/text/dashboards";

const schema = z.looseObject({
  maturity,
  currency: z.string(),
  dataFreshness: z.string(),
  excludedFromAmounts: z.number(),
  kpis: kpiValues,
  trends: z.array(
    z.looseObject({
      metric: z.string(),
      dataPoints: z.array(z.looseObject({ timestamp: z.string(), value: z.nullable(z.number()) })),
    }),
  ),
});
type Answer = z.infer<typeof schema>;
/** The values of each KPI at the same times. */
type Courses = {
  times: readonly string[];
  step: Step;
  valueAt: (name: string, place: number) => number | null;
};

const DAY = 86_400_000;
const RATES = ["approvalRate", "reviewRate", "declineRate"] as const;

export const readFraudTrends: Reader = (answer, { type }) => {
  const found = schema.parse(answer);
  return { view: (VIEWS[type] ?? table)(found, coursesOf(found)), ...readinessOf(found, found.maturity) };
};

const VIEWS: Partial<Record<string, (found: Answer, courses: Courses) => View>> = {
  metric_card: (found) => ({ kind: "card", figures: figuresOf(found.kpis, found.currency) }),
  pie_chart: ring,
  line_chart: (_, { times, step, valueAt }) => ({
    kind: "chart",
    drawn: linesOverTime(
      SHARES.map((name) => ({
        name: kpiLabel(name),
        points: times.map((time, place) => [time, valueAt(name, place)] as const),
      })),
      { ...share, timeZone: "UTC", step, shown: FIRST_SHARES.map(kpiLabel) },
    ),
  }),
  bar_chart: (_, { times, step, valueAt }) => ({
    kind: "chart",
    drawn: bars(
      times.map((time, place) => ({
        name: formatBucket(time, step, "UTC"),
        tick: formatTick(time, step, "UTC"),
        values: RATES.map((name) => valueAt(name, place)),
      })),
      { names: RATES.map(kpiLabel), stacked: true, ...share },
    ),
  }),
};

function coursesOf({ trends }: Answer): Courses {
  const byName = new Map(trends.map(({ metric, dataPoints }) => [metric, dataPoints]));
  const times = (trends[0]?.dataPoints ?? []).map(({ timestamp }) => timestamp);
  const [first = "", second = ""] = times;
  return {
    times,
    step: Date.parse(second) - Date.parse(first) < DAY ? "hourly" : "daily",
    valueAt: (name, place) => byName.get(name)?.[place]?.value ?? null,
  };
}

/** The rates of the three outcomes, which are parts of all decisions. */
function ring({ kpis }: Answer): View {
  const parts = RATES.map((name) => ({
    name: kpiLabel(name),
    value: kpis[name] ?? 0,
    share: share.format(kpis[name] ?? null),
  }));
  return { kind: "chart", drawn: shares(parts, share) };
}

function table(found: Answer, { times, step, valueAt }: Courses): View {
  return {
    kind: "table",
    columns: [
      { title: t.tables.time },
      ...KPI_NAMES.map((name) => ({ title: kpiLabel(name), isNumber: true })),
    ],
    rows: times
      .map((time, place) => [
        formatBucket(time, step, "UTC"),
        ...KPI_NAMES.map((name) => {
          const value = valueAt(name, place);
          return { text: formatKpi(name, value, found.currency), exact: exactly(value) };
        }),
      ])
      .reverse(),
  };
}
