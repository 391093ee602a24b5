/** Options of the charts that several pages draw: lines over time, bars, and shares of a whole. */
import type { EChartsCoreOption } from "echarts/core";
import type { ChartTable } from "./Chart";
import { formatPercent } from "@/format/numbers";
import { formatBucket, formatTick, type Step } from "@/format/times";
import { text } from "@/text";

/** A line: points of time and value, null where there is no value. */
export type Line = {
  name: string;
  points: readonly (readonly [string, number | null])[];
  dashed?: boolean;
  /** The first point that may still change; it and those after it are drawn as hollow dots. */
  openFrom?: number;
  /** Lower and upper bound at each point, drawn as a band. */
  band?: readonly (readonly [string, number | null, number | null])[];
};
export type Drawn = { option: EChartsCoreOption; table: ChartTable };
type Format = (value: number | null) => string;

const GRID = { left: 8, right: 12, top: 28, bottom: 4, containLabel: true };

/** Lines over time, by intervals of a length. `axis` formats the values on the axis, `format` those elsewhere. */
export function linesOverTime(
  lines: readonly Line[],
  {
    format,
    axis = format,
    timeZone,
    step = "daily",
    shown,
  }: {
    format: Format;
    axis?: Format;
    timeZone: string;
    step?: Step;
    /** The names of the lines that are shown at first; all by default. */
    shown?: readonly string[];
  },
): Drawn {
  const at = (time: string) => formatBucket(time, step, timeZone);
  const times = lines[0]?.points.map(([time]) => time) ?? [];
  const option = {
    grid: GRID,
    legend: legendOf(
      lines.map(({ name }) => name),
      shown,
    ),
    tooltip: { trigger: "axis", valueFormatter: format },
    xAxis: {
      type: "category",
      boundaryGap: false,
      data: times.map(at),
      axisLabel: { formatter: (_: string, place: number) => formatTick(times[place], step, timeZone) },
      splitLine: { show: false },
    },
    yAxis: { type: "value", axisLabel: { formatter: axis }, scale: false },
    series: lines.flatMap((line) => [...(line.band ? bandOf(line.name, line.band) : []), seriesOf(line)]),
  };
  return {
    option,
    table: {
      columns: [text.charts.time, ...lines.map(({ name }) => name)],
      rows: times.map((time, row) => [
        at(time),
        ...lines.map(({ points }) => format(points[row]?.[1] ?? null)),
      ]),
    },
  };
}

function seriesOf({ name, points, dashed = false, openFrom }: Line): object {
  return {
    name,
    type: "line",
    showSymbol: points.length < 2 || openFrom !== undefined,
    showAllSymbol: true,
    symbol: "emptyCircle",
    symbolSize: (_: unknown, { dataIndex }: { dataIndex: number }) =>
      points.length < 2 || (openFrom !== undefined && dataIndex >= openFrom) ? 6 : 0,
    lineStyle: { width: 2, ...(dashed ? { type: "dashed", opacity: 0.6 } : {}) },
    data: points.map(([, value]) => value),
  };
}

/** The legend of several series; none for a single one. */
function legendOf(names: readonly string[], shown?: readonly string[]): object | undefined {
  if (names.length < 2) return undefined;
  return {
    top: 0,
    left: 0,
    right: 28,
    type: "scroll",
    data: names,
    ...(shown ? { selected: Object.fromEntries(names.map((name) => [name, shown.includes(name)])) } : {}),
  };
}

/** Two stacked lines without strokes: the lower bound, and the difference to the upper one as a filled area. */
function bandOf(name: string, band: NonNullable<Line["band"]>): object[] {
  const hidden = {
    type: "line",
    stack: `band of ${name}`,
    symbol: "none",
    lineStyle: { opacity: 0 },
    silent: true,
  };
  const none = { show: false };
  return [
    { ...hidden, data: band.map(([, low]) => low), tooltip: none },
    {
      ...hidden,
      areaStyle: { opacity: 0.15 },
      data: band.map(([, low, high]) => (low === null || high === null ? null : high - low)),
      tooltip: none,
    },
  ];
}

/** A group of bars; `tick` is its name on the axis, and an open one may still change. */
export type Bar = { name: string; tick?: string; values: readonly (number | null)[]; isOpen?: boolean };

/** Bars of categories, the first at the top when `horizontal`. */
export function bars(
  groups: readonly Bar[],
  {
    names,
    format,
    axis = format,
    horizontal = false,
    stacked = false,
    asLines = false,
  }: {
    names: readonly string[];
    format: Format;
    axis?: Format;
    horizontal?: boolean;
    stacked?: boolean;
    /** Whether lines connect the tops instead of bars reaching to them. */
    asLines?: boolean;
  },
): Drawn {
  const category = {
    type: "category",
    data: groups.map(({ name }) => name),
    axisLabel: {
      width: horizontal ? 120 : 90,
      overflow: "truncate",
      formatter: (name: string, place: number) => groups[place]?.tick ?? name,
    },
    ...(horizontal ? { inverse: true } : {}),
  };
  const value = { type: "value", axisLabel: { formatter: axis } };
  const option = {
    grid: GRID,
    legend: legendOf(names),
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: format },
    xAxis: horizontal ? value : category,
    yAxis: horizontal ? category : value,
    series: names.map((name, place) => ({
      name,
      type: asLines ? "line" : "bar",
      barMaxWidth: 28,
      ...(stacked ? { stack: "all" } : {}),
      data: groups.map(({ values, isOpen = false }) => ({
        value: values[place] ?? null,
        ...(isOpen ? { itemStyle: { opacity: 0.5 } } : {}),
      })),
    })),
  };
  return {
    option,
    table: {
      columns: ["", ...names],
      rows: groups.map(({ name, values }) => [
        name,
        ...names.map((_, place) => format(values[place] ?? null)),
      ]),
    },
  };
}

/** Parts of a whole as a ring; their shares are those that the API gives, if it gives some. */
export function shares(
  parts: readonly { name: string; value: number; share?: string | undefined }[],
  { format }: { format: Format },
): Drawn {
  const whole = parts.reduce((sum, { value }) => sum + value, 0);
  const share = (value: number) => (whole === 0 ? 0 : value / whole);
  return {
    option: {
      tooltip: { trigger: "item", valueFormatter: format },
      legend: { type: "scroll", orient: "horizontal", bottom: 0 },
      series: [
        {
          type: "pie",
          radius: ["48%", "72%"],
          center: ["50%", "44%"],
          padAngle: 1,
          label: { show: false },
          data: parts.map(({ name, value }) => ({ name, value })),
        },
      ],
    },
    table: {
      columns: ["", text.charts.value, text.charts.share],
      rows: parts.map((each) => [
        each.name,
        format(each.value),
        each.share ?? formatPercent(share(each.value)),
      ]),
    },
  };
}
