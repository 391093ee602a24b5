/** A forest plot: estimates with their intervals, one below the other, and the lines that they are judged by. */
import type { Drawn } from "./options";
import { text } from "@/text";

export type ForestRow = {
  name: string;
  value: number | null;
  interval: readonly [number, number] | null;
  tone: Tone;
};
/** What an interval says: wholly on the good side, wholly on the bad one, or neither. */
export type Tone = "better" | "worse" | "open";
export type Limit = { at: number; name: string };

const COLORS: Record<Tone, string> = { better: "#009e73", worse: "#d55e00", open: "#8d99ae" };
/** Returns what an interval says of a number that is better when it is higher, or lower. */
export function toneOf(interval: ForestRow["interval"], better: "up" | "down" | "neither"): Tone {
  if (interval === null || better === "neither") return "open";
  const [low, high] = better === "up" ? interval : [-interval[1], -interval[0]];
  if (low > 0) return "better";
  return high < 0 ? "worse" : "open";
}

/** Space of a row, and of the axis with what is above it. */
const ROW = 34;
const FRAME = 62;

export function forest(
  rows: readonly ForestRow[],
  { format, limits = [] }: { format: (value: number | null) => string; limits?: readonly Limit[] },
): Drawn & { height: number } {
  const names = rows.map(({ name }) => name);
  const option = {
    grid: { left: 8, right: 20, top: 22, bottom: 4, containLabel: true },
    tooltip: { trigger: "item", valueFormatter: format },
    xAxis: {
      type: "value",
      axisLabel: { formatter: format },
      min: edge(rows, limits, -1),
      max: edge(rows, limits, 1),
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: names,
      axisTick: { show: false },
      axisLabel: { width: 130, overflow: "truncate" },
    },
    series: [...rows.flatMap(whisker), points(rows, limits)],
  };
  return {
    option,
    height: FRAME + ROW * rows.length,
    table: {
      columns: ["", text.charts.difference, text.charts.low, text.charts.high],
      rows: rows.map(({ name, value, interval }) => [
        name,
        format(value),
        format(interval?.[0] ?? null),
        format(interval?.[1] ?? null),
      ]),
    },
  };
}

/** The interval of a row as a line with caps. */
function whisker({ name, interval, tone }: ForestRow, row: number): object[] {
  if (interval === null) return [];
  return [
    {
      name,
      type: "line",
      data: interval.map((value) => [value, row]),
      symbol: "rect",
      symbolSize: [2, 12],
      lineStyle: { width: 2, color: COLORS[tone] },
      itemStyle: { color: COLORS[tone] },
      dimensions: [text.charts.difference, ""],
      encode: { x: 0, y: 1, tooltip: [0] },
    },
  ];
}

function points(rows: readonly ForestRow[], limits: readonly Limit[]): object {
  const data = rows.flatMap(({ name, value, tone }, row) =>
    value === null ? [] : [{ name, value: [value, row], itemStyle: { color: COLORS[tone] } }],
  );
  return {
    name: text.charts.difference,
    type: "scatter",
    symbolSize: 11,
    data,
    dimensions: [text.charts.difference, ""],
    encode: { x: 0, y: 1, tooltip: [0], itemName: "name" },
    markLine: {
      silent: true,
      symbol: "none",
      data: [
        { xAxis: 0, lineStyle: { type: "solid", width: 1, color: COLORS.open }, label: { show: false } },
        ...limits.map(({ at, name }) => ({
          xAxis: at,
          lineStyle: { type: "dashed", width: 1.5, color: COLORS.worse },
          label: { formatter: name, color: "inherit" },
        })),
      ],
    },
  };
}

/** The end of the axis on one side, with room beyond what is drawn, so that zero and all limits are in sight. */
function edge(rows: readonly ForestRow[], limits: readonly Limit[], side: -1 | 1): number {
  const drawn = rows.flatMap(({ value, interval }) => [
    ...(value === null ? [] : [value]),
    ...(interval ?? []),
  ]);
  const all = [...drawn, ...limits.map(({ at }) => at), 0];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const room = 0.08 * (high - low || 1);
  return side < 0 ? low - room : high + room;
}
