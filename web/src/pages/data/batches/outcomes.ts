/** The outcomes of records in the order and the colors in which they are shown everywhere. */
import type { Result } from "@/api/client";

export type Outcome = Result<"/api/v1/ingest/batches/{batch_id}/status">["outcome"];

export const OUTCOMES = [
  { name: "loaded", color: "teal.6" },
  { name: "duplicate", color: "blue.4" },
  { name: "conflict", color: "grape.5" },
  { name: "quarantined", color: "orange.6" },
  { name: "in_flight", color: "gray.5" },
] as const;

/** Returns each outcome with its share of all records, which is 0 while there are none. */
export function outcomesOf(outcome: Outcome) {
  const whole = OUTCOMES.reduce((sum, { name }) => sum + outcome[name], 0);
  return OUTCOMES.map((each) => ({
    ...each,
    count: outcome[each.name],
    share: whole === 0 ? 0 : outcome[each.name] / whole,
  }));
}
