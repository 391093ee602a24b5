/** Decisions as lists show them, whichever route or event they come from. */
import type { components } from "@/api/schema.gen";

export type DecisionSummary = components["schemas"]["DecisionSummary"];
/** A decision of an event has no label yet. */
export type ListedDecision = Omit<DecisionSummary, "label" | "labelState" | "outcome"> & {
  outcome: string;
  label?: string | null;
  labelState?: string;
};

/** The address of the explanation of a decision. */
export function explanationOf(decisionId: string): string {
  return `/fraud/decisions/${encodeURIComponent(decisionId)}`;
}
