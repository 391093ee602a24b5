/** Options of the charts that several pages draw: lines over time, bars, and shares of a whole. */
import type { EChartsCoreOption } from "echarts/core";
import type { ChartTable } from "./Chart";
import { formatDay, formatTime } from "@/format/times";
import { text } from "@/text";

/** A line: points of time and value, null where there is no value. */
export type Line = {
  name: string;
  points: readonly (readonly [string, number | null])[];
  dashed?: boolean;
  /** Lower and upper bound at each point, drawn as a band. */
  band?: readonly (readonly [string, number | null, number | null])[];
};
export type Drawn = { option: EChartsCoreOption; table: ChartTable };
type Format = (value: number | null) => string;

const GRID = { left: 8, right: 12, top: 28, bottom: 4, containLabel: true };

/** Lines over time. `axis` formats the values on the axis, `format` those in tooltips and the table. */
export function linesOverTime(
  lines: readonly Line[],
  {
    format,
    axis = format,
    timeZone,
    hourly = false,
  }: { format: Format; axis?: Format; timeZone: string; hourly?: boolean },
): Drawn {
  const at = (time: string) => (hourly ? formatTime(time, timeZone) : formatDay(time, timeZone));
  const option = {
    grid: GRID,
    legend:
      lines.length > 1 ? { top: 0, left: 0, type: "scroll", data: lines.map(({ name }) => name) } : undefined,
    tooltip: { trigger: "axis", valueFormatter: format },
    xAxis: {
      type: "category",
      boundaryGap: false,
      data: lines[0]?.points.map(([time]) => at(time)) ?? [],
      splitLine: { show: false },
    },
    yAxis: { type: "value", axisLabel: { formatter: axis }, scale: false },
    series: lines.flatMap((line) => [...(line.band ? bandOf(line.name, line.band) : []), seriesOf(line)]),
  };
  const times = lines[0]?.points.map(([time]) => time) ?? [];
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

function seriesOf({ name, points, dashed = false }: Line): object {
  return {
    name,
    type: "line",
    showSymbol: points.length < 2,
    symbolSize: 5,
    lineStyle: { width: 2, ...(dashed ? { type: "dashed", opacity: 0.6 } : {}) },
    data: points.map(([, value]) => value),
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

/** Bars of categories, the largest at the top when `horizontal`. */
export function bars(
  groups: readonly { name: string; values: readonly (number | null)[] }[],
  {
    names,
    format,
    axis = format,
    horizontal = false,
  }: { names: readonly string[]; format: Format; axis?: Format; horizontal?: boolean },
): Drawn {
  const category = {
    type: "category",
    data: groups.map(({ name }) => name),
    axisLabel: { width: 120, overflow: "truncate" },
    ...(horizontal ? { inverse: true } : {}),
  };
  const value = { type: "value", axisLabel: { formatter: axis } };
  const option = {
    grid: GRID,
    legend: names.length > 1 ? { top: 0, left: 0, type: "scroll" } : undefined,
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: format },
    xAxis: horizontal ? value : category,
    yAxis: horizontal ? category : value,
    series: names.map((name, place) => ({
      name,
      type: "bar",
      barMaxWidth: 28,
      data: groups.map(({ values }) => values[place] ?? null),
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

/** Shares of a whole as a ring. */
export function shares(
  parts: readonly { name: string; value: number }[],
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
      rows: parts.map(({ name, value }) => [name, format(value), `${(100 * share(value)).toFixed(1)}%`]),
    },
  };
}
