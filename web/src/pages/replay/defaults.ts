/** The thresholds with which a new scenario begins: those registered last, else those of the decision policy. */
import * as z from "zod/mini";
import type { components } from "@/api/schema.gen";
import { text as t } from "@/text/replay";

type Rule = components["schemas"]["RuleThresholds"];
type Policy = components["schemas"]["DecisionPolicy"];
export type Thresholds = { decline: number | ""; review: number | ""; origin: string | null };

const threshold = z.optional(z.nullable(z.number()));
const configuration = z.looseObject({ fraud_threshold: threshold, review_threshold: threshold });

export function presentThresholds(rules: readonly Rule[], policy: Policy | undefined): Thresholds {
  const [last] = rules.toSorted((a, b) => b.registeredAt.localeCompare(a.registeredAt));
  if (last !== undefined) return filled(last.thresholds, t.form.rule(last.ruleVersion));
  const parsed = configuration.safeParse(policy?.configuration);
  if (policy === undefined || !parsed.success) return filled({}, "");
  return filled(parsed.data, t.form.policy(policy.version));
}

function filled(given: z.infer<typeof configuration> | Rule["thresholds"], origin: string): Thresholds {
  const decline = given.fraud_threshold ?? "";
  const review = given.review_threshold ?? "";
  return { decline, review, origin: decline === "" && review === "" ? null : origin };
}
