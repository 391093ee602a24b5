/** Scenarios of replays: their states, and in words what they change. */
import type { components } from "@/api/schema.gen";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/replay";

export type Scenario = components["schemas"]["ReplayScenario"];
export type Run = components["schemas"]["ReplayRun"];
export type Results = components["schemas"]["ReplayResults"];
export type Status = components["schemas"]["ReplayStatus"];

export const STATUSES: readonly Status[] = ["draft", "queued", "running", "completed", "failed", "cancelled"];
export const STATUS_COLORS: Readonly<Record<Status, string>> = {
  draft: "gray",
  queued: "blue",
  running: "blue",
  completed: "green",
  failed: "red",
  cancelled: "yellow",
};

export function isStatus(name: string): name is Status {
  return (STATUSES as readonly string[]).includes(name);
}

export function isUnderWay(status: Status): boolean {
  return status === "queued" || status === "running";
}

/** What a scenario changes, e.g. `decline from 0.8, 2 rules`. */
export function changesOf({ overrides: { thresholds, model, rules } }: Pick<Scenario, "overrides">): string {
  const { fraud_threshold: decline, review_threshold: review } = thresholds ?? {};
  const changes = [
    ...(isNumber(decline) ? [t.changes.decline(formatNumber(decline, 6))] : []),
    ...(isNumber(review) ? [t.changes.review(formatNumber(review, 6))] : []),
    ...(model ? [t.changes.model(Object.keys(model.coefficients).length)] : []),
    ...(rules.length > 0 ? [t.changes.rules(rules.length)] : []),
  ];
  return changes.join(", ") || t.changes.identity;
}

/** The decline thresholds of a run, each once: the one that was chosen, else those of the policy. */
export function declineThresholds(
  scenario: Pick<Scenario, "overrides">,
  results: Pick<Results, "policy">,
): number[] {
  const chosen = scenario.overrides.thresholds?.fraud_threshold;
  if (isNumber(chosen)) return [chosen];
  return [...new Set(results.policy.map(({ thresholds }) => thresholds.fraud_threshold).filter(isNumber))];
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}
