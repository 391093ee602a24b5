/** What the page of drift draws of an answer. */
import type { components } from "@/api/schema.gen";
import { bars, type Drawn, linesOverTime } from "@/components/chart/options";
import { formatNumber, formatPercent } from "@/format/numbers";
import { text as t } from "@/text/fraud";

export type Metric = components["schemas"]["DriftMetric"];
export type Baseline = components["schemas"]["DriftBaseline"];

/** Below so many decisions on either side, the platform judges nothing. */
export const FEWEST = 100;
const THRESHOLDS = [
  ["low", 0.1],
  ["medium", 0.2],
  ["high", 0.25],
] as const;

/** Draws the shares of the values in the baseline and in the range, bin by bin. */
export function drawBins({ bins }: Metric): Drawn {
  return bars(
    bins.map(({ name, baselineShare, share }) => ({ name, values: [baselineShare, share] })),
    {
      names: [t.drift.inBaseline, t.drift.now],
      format: (value) => formatPercent(value),
      axis: (value) => formatPercent(value, 0),
    },
  );
}

/** Draws the PSI of each day, with the thresholds of severity that it comes near. */
export function drawHistory({ history, featureName }: Metric): Drawn {
  const drawn = linesOverTime(
    [{ name: featureName, points: history.map(({ timestamp, psi }) => [timestamp, psi]) }],
    { format: (value) => formatNumber(value, 3), timeZone: "UTC" },
  );
  const highest = Math.max(0, ...history.map(({ psi }) => psi));
  const lines = THRESHOLDS.filter(([, psi]) => psi <= 1.2 * highest);
  const marks = {
    silent: true,
    symbol: "none",
    label: { formatter: "{b}", position: "insideEndTop", fontSize: 10, color: "#a06a00" },
    lineStyle: { type: "dashed", color: "#e69f00", opacity: 0.6 },
    data: lines.map(([name, psi]) => ({ name: t.drift.severities[name] ?? name, yAxis: psi })),
  };
  const series = drawn.option.series as readonly object[];
  return {
    ...drawn,
    option: { ...drawn.option, series: series.map((each) => ({ ...each, markLine: marks })) },
  };
}

/** The sentence about what the range is compared with. */
export function baselineSentence(baseline: Baseline, day: (at: string) => string): string {
  const [from, to] = [day(baseline.startDate), day(baseline.endDate)];
  if (baseline.source === "preceding") return t.drift.baseline.preceding(from, to);
  return t.drift.baseline[baseline.source](String(baseline.version ?? ""), from, to);
}

/** Returns the feature of the address if the answer has it, otherwise the one with the highest PSI. */
export function chosen(metrics: readonly Metric[], name: string): Metric | undefined {
  return metrics.find(({ featureName }) => featureName === name) ?? metrics[0];
}
