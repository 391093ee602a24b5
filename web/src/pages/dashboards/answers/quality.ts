/** The quality of data: the overall score, its course by day, or a table by source and type. */
import * as z from "zod/mini";
import { linesOverTime } from "@/components/chart/options";
import { formatNumber } from "@/format/numbers";
import { formatDay } from "@/format/times";
import { numberCell, stateCell } from "./cells";
import { exactly, maybe, type Reader, type Tone, type View } from "./shown";
import { text as t } from "@/text/dashboards";

const report = z.looseObject({
  source_id: z.string(),
  data_type: z.string(),
  quality_score: z.number(),
  rows: z.number(),
  issues_found: z.array(z.looseObject({ description: maybe(z.string()) })),
  generated_at: z.string(),
});
const schema = z.looseObject({
  reports: z.array(report),
  overall_score: z.nullable(z.number()),
  trend: z.string(),
  daily: maybe(z.array(z.looseObject({ day: z.string(), overall_score: z.number(), rows: z.number() }))),
});
type Answer = z.infer<typeof schema>;

const TRENDS: Readonly<Record<string, Tone>> = { improving: "good", declining: "bad", stable: "neutral" };
const score = (value: number | null) => formatNumber(value, 2);

export const readQuality: Reader = (answer, { type }) => {
  const found = schema.parse(answer);
  const view = type === "metric_card" ? card(found) : type === "line_chart" ? lines(found) : table(found);
  return { view, at: found.reports[0]?.generated_at ?? null, provisional: false, notes: [] };
};

function card({ overall_score, trend, daily }: Answer): View {
  return {
    kind: "card",
    figures: [
      {
        value: score(overall_score),
        exact: exactly(overall_score),
        hint: t.quality.outOf,
        change:
          overall_score === null
            ? undefined
            : {
                text: t.trends[trend] ?? trend,
                tone: TRENDS[trend] ?? "neutral",
                direction: trend === "improving" ? "up" : trend === "declining" ? "down" : "none",
                exact: t.quality.trend,
              },
      },
    ],
    course: {
      label: t.quality.score,
      format: score,
      points: (daily ?? []).map((each) => ({ at: formatDay(each.day, "UTC"), value: each.overall_score })),
    },
  };
}

function lines({ daily }: Answer): View {
  const points = (daily ?? []).map(({ day, overall_score }) => [day, overall_score] as const);
  return {
    kind: "chart",
    drawn: linesOverTime([{ name: t.quality.score, points }], { format: score, timeZone: "UTC" }),
  };
}

function table({ reports }: Answer): View {
  return {
    kind: "table",
    columns: [
      { title: t.quality.source },
      { title: t.quality.type },
      { title: t.quality.score, isNumber: true },
      { title: t.quality.rows, isNumber: true },
      { title: t.quality.issues, isNumber: true },
    ],
    rows: reports.map((each) => [
      each.source_id,
      stateCell(each.data_type, t.dataTypes, {}),
      numberCell(each.quality_score),
      numberCell(each.rows),
      numberCell(each.issues_found.length),
    ]),
  };
}
