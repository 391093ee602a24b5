/** The confusion matrix over time: the latest step, lines, bars or a ring of the four counts, or a table. */
import * as z from "zod/mini";
import { bars, linesOverTime, shares } from "@/components/chart/options";
import { formatBucket, formatTick, type Step } from "@/format/times";
import { type Configuration, textOf } from "../../model";
import { numberCell } from "../cells";
import { exactly, type Reader, type View } from "../shown";
import { count } from "./kpis";
import { text as t } from "@/text/dashboards";

const step = z.looseObject({
  timestamp: z.string(),
  truePositives: z.number(),
  falsePositives: z.number(),
  trueNegatives: z.number(),
  falseNegatives: z.number(),
  pending: z.number(),
  unverified: z.number(),
  provisional: z.boolean(),
});
const schema = z.looseObject({ matrix: z.array(step) });
type Matrix = z.infer<typeof step>;

const COUNTS = ["truePositives", "falsePositives", "falseNegatives", "trueNegatives"] as const;
const STEPS: Readonly<Record<string, Step>> = { hour: "hourly", day: "daily", week: "weekly" };

export const readConfusion: Reader = (answer, { type, configuration }) => {
  const { matrix } = schema.parse(answer);
  return {
    view: viewOf(type, matrix, stepOf(configuration)),
    at: null,
    provisional: matrix.some(({ provisional }) => provisional),
    notes: [],
  };
};

function stepOf(configuration: Configuration): Step {
  const isShort = ["1h", "24h"].includes(textOf(configuration, "time_window") ?? "");
  return STEPS[textOf(configuration, "granularity") ?? ""] ?? (isShort ? "hourly" : "daily");
}

function viewOf(type: string, matrix: readonly Matrix[], by: Step): View {
  const latest = matrix.at(-1);
  switch (type) {
    case "metric_card":
      return {
        kind: "card",
        figures: COUNTS.map((name) => ({
          label: t.confusion[name],
          value: count.format(latest?.[name] ?? null),
          exact: exactly(latest?.[name]),
          hint: latest && formatBucket(latest.timestamp, by, "UTC"),
        })),
      };
    case "pie_chart":
      return {
        kind: "chart",
        drawn: shares(
          COUNTS.map((name) => ({ name: t.confusion[name], value: latest?.[name] ?? 0 })),
          count,
        ),
      };
    case "line_chart":
      return { kind: "chart", drawn: lines(matrix, by) };
    case "bar_chart":
      return { kind: "chart", drawn: stacks(matrix, by) };
    default:
      return table(matrix, by);
  }
}

function lines(matrix: readonly Matrix[], by: Step) {
  return linesOverTime(
    COUNTS.map((name) => ({
      name: t.confusion[name],
      points: matrix.map((each) => [each.timestamp, each[name]] as const),
    })),
    { ...count, timeZone: "UTC", step: by },
  );
}

function stacks(matrix: readonly Matrix[], by: Step) {
  return bars(
    matrix.map((each) => ({
      name: formatBucket(each.timestamp, by, "UTC"),
      tick: formatTick(each.timestamp, by, "UTC"),
      values: COUNTS.map((name) => each[name]),
      isOpen: each.provisional,
    })),
    { names: COUNTS.map((name) => t.confusion[name]), stacked: true, ...count },
  );
}

function table(matrix: readonly Matrix[], by: Step): View {
  return {
    kind: "table",
    columns: [
      { title: t.tables.time },
      ...COUNTS.map((name) => ({ title: t.confusion[name], isNumber: true })),
      { title: t.confusion.pending, isNumber: true },
      { title: t.confusion.unverified, isNumber: true },
      { title: "" },
    ],
    rows: matrix
      .map((each) => [
        formatBucket(each.timestamp, by, "UTC"),
        ...COUNTS.map((name) => numberCell(each[name])),
        numberCell(each.pending),
        numberCell(each.unverified),
        each.provisional ? { text: t.confusion.provisional, tone: "warning" as const } : "",
      ])
      .reverse(),
  };
}
