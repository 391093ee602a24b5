/** Draws the alerts that a rule would have raised over the line of its metric. */
import type { components } from "@/api/schema.gen";
import type { Drawn } from "@/components/chart/options";
import { formatDay, formatTime, type Range } from "@/format/times";
import { text as t } from "@/text/alertPreview";
import { isOfValue, type RuleRequest } from "../ruleForm";
import type { Line } from "./previewLine";

export type Previewed = components["schemas"]["PreviewedAlert"];
type Options = {
  rule: RuleRequest;
  alerts: readonly Previewed[];
  line: Line | null;
  range: Range;
  timeZone: string;
  format: (value: number | null) => string;
  axis: (value: number | null) => string;
};

const ALERT = "#e03131";
const GRID = { left: 8, right: 16, top: 16, bottom: 4, containLabel: true };

export function previewChart({ rule, alerts, line, range, timeZone, format, axis }: Options): Drawn {
  const thresholds = line?.isJudged ? thresholdsOf(rule) : [];
  const end = new Date(Math.min(Date.parse(range.end), Date.now())).toISOString();
  const option = {
    grid: GRID,
    tooltip: line === null ? { show: false } : { trigger: "axis", valueFormatter: format },
    xAxis: {
      type: "time",
      min: range.start,
      max: end,
      splitLine: { show: false },
      axisLabel: { formatter: (at: number) => formatDay(at, timeZone) },
      axisPointer: { label: { formatter: ({ value }: { value: number }) => formatTime(value, timeZone) } },
    },
    yAxis: {
      type: "value",
      show: line !== null,
      scale: true,
      axisLabel: { formatter: axis },
      min: ({ min }: { min: number }) => Math.min(min, ...thresholds),
      max: ({ max }: { max: number }) => Math.max(max, ...thresholds),
    },
    series: [
      {
        name: t.line,
        type: "line",
        showSymbol: false,
        lineStyle: { width: 2 },
        data: line?.points ?? [],
        markArea: {
          silent: true,
          itemStyle: { color: ALERT, opacity: 0.14 },
          data: alerts.map(({ fired_at, cleared_at }) => [{ xAxis: fired_at }, { xAxis: cleared_at ?? end }]),
        },
        markLine: {
          silent: true,
          symbol: "none",
          lineStyle: { color: ALERT, type: "dashed" },
          label: {
            color: ALERT,
            textBorderWidth: 0,
            position: "insideEndTop",
            formatter: ({ value }: { value: number }) => format(value),
          },
          data: thresholds.map((threshold) => ({ yAxis: threshold })),
        },
      },
    ],
  };
  return {
    option,
    table: line === null ? alertTable(alerts, timeZone, format) : lineTable(line, timeZone, format),
  };
}

/** The values that a window is compared with; those of changes and anomalies differ from window to window. */
export function thresholdsOf({ condition }: RuleRequest): number[] {
  if (!isOfValue(condition.type)) return [];
  return [condition.threshold, condition.low, condition.high].filter((each) => typeof each === "number");
}

function alertTable(alerts: readonly Previewed[], timeZone: string, format: Options["format"]) {
  return {
    columns: [t.fired, t.cleared, t.peak],
    rows: alerts.map(({ fired_at, cleared_at, peak_value }) => [
      formatTime(fired_at, timeZone),
      cleared_at === null ? t.stillOpen : formatTime(cleared_at, timeZone),
      format(peak_value),
    ]),
  };
}

function lineTable({ points }: Line, timeZone: string, format: Options["format"]) {
  return {
    columns: [t.until, t.line],
    rows: points.map(([at, value]) => [formatTime(at, timeZone), format(value)]),
  };
}
