/** What the intervals of an experiment say, in the direction that each metric is meant to go. */
import type { Experiment } from "./moves";
import type { ExperimentResults } from "./Results";
import { type Tone, toneOf } from "@/components/chart/forest";
import { isKpi, KPIS } from "@/format/kpis";

export type Comparison = ExperimentResults["comparisons"][number];
/** The comparisons of one metric, and what it is judged by. */
export type Judged = {
  metric: string;
  role: Comparison["role"];
  direction: "up" | "down";
  /** The largest difference in the worse direction that is tolerable, with its sign; null for the primary metric. */
  limit: number | null;
  comparisons: Comparison[];
};

/** Returns the metrics of an experiment, the primary one first, with the comparisons of each. */
export function byMetric(experiment: Experiment, comparisons: readonly Comparison[]): Judged[] {
  const of = (metric: string, role: Comparison["role"]) =>
    comparisons.filter((each) => each.metric === metric && each.role === role);
  const { primaryMetric, primaryDirection, guardrails = [] } = experiment;
  return [
    {
      metric: primaryMetric,
      role: "primary",
      direction: primaryDirection,
      limit: null,
      comparisons: of(primaryMetric, "primary"),
    },
    ...guardrails.map(({ metric, maximumHarm }): Judged => {
      const direction = improvement(metric);
      return {
        metric,
        role: "guardrail",
        direction,
        limit: direction === "up" ? -maximumHarm : maximumHarm,
        comparisons: of(metric, "guardrail"),
      };
    }),
  ];
}

/** A primary metric is judged against zero; a guardrail against its limit, within which all is well. */
export function verdictOf({ direction, limit }: Judged, { interval }: Comparison): Tone {
  if (interval === null) return "open";
  if (limit === null) return toneOf(interval, direction);
  const [low, high] = interval;
  return toneOf([low - limit, high - limit], direction);
}

function improvement(metric: string): "up" | "down" {
  return isKpi(metric) && KPIS[metric].better === "up" ? "up" : "down";
}
