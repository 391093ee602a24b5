/** The numbers of an alert with their units, which depend on the rule that raised it. */
import type { components } from "@/api/schema.gen";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/alerts";
import { formatValue, subjectLabel } from "./subjects";

type Alert = components["schemas"]["Alert"];
type Rule = components["schemas"]["AlertRule"];

/** The metric of alerts about rules that cannot be evaluated. */
export const EVALUATION = "evaluation";

/** Returns a function that formats values of an alert.
 *
 * Values are changes in per cent if the condition is about a change. That is known only while the rule is as it was:
 * of rules that were changed or deleted since, values are plain numbers.
 */
export function valuesOf(
  alert: Alert,
  rule: Rule | undefined,
  currency: string | null,
): (value: number | null | undefined) => string {
  if (alert.metric_type === EVALUATION) return (value) => formatNumber(value);
  const raisedBy = rule !== undefined && rule.updated_at <= alert.created_at ? rule : undefined;
  if (raisedBy === undefined) return (value) => formatNumber(value, 4);
  if (raisedBy.condition.type.startsWith("change_")) {
    return (value) =>
      value === null || value === undefined
        ? formatNumber(value)
        : t.detail.changePercent(formatNumber(value));
  }
  const own = raisedBy.filters?.currency?.[0] ?? currency;
  return (value) => formatValue(alert.metric_type, value ?? null, own);
}

/** The metric of an alert in words. */
export function watchedBy(alert: Alert): string {
  return alert.metric_type === EVALUATION ? t.detail.evaluation : subjectLabel(alert.metric_type);
}
