/** A key figure over time, with the part shaded in which labels are still arriving. */
import type { components } from "@/api/schema.gen";
import { type Drawn, type Line, linesOverTime } from "@/components/chart/options";
import { formatKpi, kpiLabel, KPIS, type KpiName } from "@/format/kpis";
import { formatCompact, formatMoney, formatPercent } from "@/format/numbers";

type Trend = components["schemas"]["KpiTrend"];

const DAY = 86_400_000;

/** Returns the points of a key figure; none if the answer has no such trend. */
export function pointsOf(trends: readonly Trend[], name: KpiName): [string, number | null][] {
  const found = trends.find(({ metric }) => metric === name)?.dataPoints ?? [];
  return found.map(({ timestamp, value }) => [timestamp, value]);
}

/** Whether steps are shorter than a day, so that their hours matter. */
export function isHourly(points: readonly (readonly [string, unknown])[]): boolean {
  const [first, second] = points;
  return first !== undefined && second !== undefined && Date.parse(second[0]) - Date.parse(first[0]) < DAY;
}

/** Returns the place of the first step that ends after a moment, null if none does. */
export function firstAfter(points: readonly (readonly [string, unknown])[], moment: number): number | null {
  const place = points.findIndex((_, each) => endOf(points, each) > moment);
  return place === -1 ? null : place;
}

function endOf(points: readonly (readonly [string, unknown])[], place: number): number {
  const next = points[place + 1];
  return next === undefined ? Number.POSITIVE_INFINITY : Date.parse(next[0]);
}

type Shown = {
  currency: string;
  /** Decisions after this moment have not reached the maturity horizon. */
  matureUntil: number;
  /** What to write into the shaded part. */
  maturing: string;
  timeZone: string;
};

/** Draws key figures of one kind over time. */
export function drawTrend(trends: readonly Trend[], names: readonly KpiName[], shown: Shown): Drawn {
  const lines: Line[] = names.map((name) => ({ name: kpiLabel(name), points: pointsOf(trends, name) }));
  const points = lines[0]?.points ?? [];
  const [name] = names;
  const step = isHourly(points) ? "hourly" : "daily";
  const drawn = linesOverTime(lines, {
    format: (value) => (name === undefined ? "" : formatKpi(name, value, shown.currency)),
    axis: (value) => axisLabel(name, value, shown.currency),
    // Steps of a day and longer are UTC days.
    timeZone: step === "hourly" ? shown.timeZone : "UTC",
    step,
  });
  const start = firstAfter(points, shown.matureUntil);
  return start === null ? drawn : { ...drawn, option: shaded(drawn.option, start, shown.maturing) };
}

function axisLabel(name: KpiName | undefined, value: number | null, currency: string): string {
  const kind = name === undefined ? "rate" : KPIS[name].kind;
  if (kind === "share") return formatPercent(value, 0);
  return kind === "money" ? formatMoney(value, currency, { compact: true }) : formatCompact(value);
}

/** Shades a chart over categories from a place on. */
function shaded(option: Drawn["option"], start: number, label: string): Drawn["option"] {
  const series = option.series as readonly object[];
  const area = {
    silent: true,
    itemStyle: { color: "#e69f00", opacity: 0.08 },
    label: { position: "insideTop", color: "#a06a00", fontSize: 11 },
    data: [[{ name: label, xAxis: start }, { xAxis: "max" }]],
  };
  return {
    ...option,
    series: series.map((each, place) => (place === 0 ? { ...each, markArea: area } : each)),
  };
}
