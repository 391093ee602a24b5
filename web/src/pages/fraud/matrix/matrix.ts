/** The confusion matrix as shares, and over time. */
import type { components } from "@/api/schema.gen";
import type { Drawn } from "@/components/chart/options";
import { formatNumber } from "@/format/numbers";
import { formatDay, formatTime } from "@/format/times";
import { text } from "@/text";
import { text as t } from "@/text/fraud";

export type MatrixAt = components["schemas"]["MatrixAt"];
export type Matrix = Pick<MatrixAt, CellName>;
export type Granularity = "hour" | "day" | "week";
export const CELLS = ["truePositives", "falsePositives", "falseNegatives", "trueNegatives"] as const;
export type CellName = (typeof CELLS)[number];

const ROW: Readonly<Record<CellName, readonly [CellName, CellName]>> = {
  truePositives: ["truePositives", "falsePositives"],
  falsePositives: ["truePositives", "falsePositives"],
  falseNegatives: ["falseNegatives", "trueNegatives"],
  trueNegatives: ["falseNegatives", "trueNegatives"],
};
const DRAWN = [
  ["truePositives", "#009e73"],
  ["falsePositives", "#e69f00"],
  ["falseNegatives", "#d55e00"],
] as const;
const DAYS_BY_WEEK = 60;
const DAY = 86_400_000;

/** Returns the shares of a cell in all four and in its row; null where there are none. */
export function sharesOf(matrix: Matrix, cell: CellName): { ofAll: number | null; ofRow: number | null } {
  const all = CELLS.reduce((sum, each) => sum + matrix[each], 0);
  const row = ROW[cell].reduce((sum, each) => sum + matrix[each], 0);
  return { ofAll: ratio(matrix[cell], all), ofRow: ratio(matrix[cell], row) };
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** Returns the step that suits a range: days, or weeks for long ones. */
export function usualStep({ startDate, endDate }: { startDate: string; endDate: string }): Granularity {
  return Date.parse(endDate) - Date.parse(startDate) > DAYS_BY_WEEK * DAY ? "week" : "day";
}

/** Draws the decisions that matter over time, stacked; those that were rightly approved are in the table alone. */
export function drawMatrices(matrices: readonly MatrixAt[], step: Granularity, timeZone: string): Drawn {
  const at = (time: string) => (step === "hour" ? formatTime(time, timeZone) : formatDay(time, "UTC"));
  return {
    option: {
      grid: { left: 8, right: 12, top: 28, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, type: "scroll" },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      xAxis: { type: "category", data: matrices.map(({ timestamp }) => at(timestamp)) },
      yAxis: { type: "value", minInterval: 1 },
      series: DRAWN.map(([cell, color]) => ({
        name: t.matrix[cell],
        type: "bar",
        stack: "decisions",
        barMaxWidth: 28,
        color,
        data: matrices.map((each) => ({
          value: each[cell],
          itemStyle: { opacity: each.provisional ? 0.55 : 1 },
        })),
      })),
    },
    table: {
      columns: [
        text.charts.time,
        ...CELLS.map((cell) => t.matrix[cell]),
        t.states.pending,
        t.states.unverified,
      ],
      rows: matrices.map((each) => [
        at(each.timestamp),
        ...CELLS.map((cell) => formatNumber(each[cell])),
        formatNumber(each.pending),
        formatNumber(each.unverified),
      ]),
    },
  };
}
