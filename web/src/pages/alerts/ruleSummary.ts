/** Says in plain words what a rule does. */
import type { components } from "@/api/schema.gen";
import { formatDuration, minutesOf } from "@/format/durations";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/alertRules";
import { text as alerts } from "@/text/alerts";
import { text as s } from "@/text/ruleSummary";
import { canBeProvisional, formatValue, hasHistory, parseSubject, subjectLabel } from "./subjects";

type Condition = components["schemas"]["Condition"];
type Rule = components["schemas"]["AlertRuleRequest"];
type Maybe = number | null | undefined;

const DEFAULT_K = 8;

/** The condition as the end of a sentence that begins with the metric, e.g. `is below $500.00`. */
export function conditionWords(metric: string, condition: Condition, currency: string | null): string {
  const value = (each: Maybe) => (typeof each === "number" ? formatValue(metric, each, currency) : s.missing);
  switch (condition.type) {
    case "above":
      return s.conditions.above(value(condition.threshold));
    case "below":
      return s.conditions.below(value(condition.threshold));
    case "outside":
      return s.conditions.outside(value(condition.low), value(condition.high));
    case "change_above":
    case "change_below":
      return changeWords(condition) + s.conditions.against[condition.against ?? "previous"];
    case "anomaly":
      return s.conditions.anomaly(formatNumber(condition.k ?? DEFAULT_K));
  }
}

function changeWords({ type, percent }: Condition): string {
  if (typeof percent !== "number")
    return type === "change_above" ? s.conditions.rises(s.missing) : s.conditions.falls(s.missing);
  const size = percentWords(Math.abs(percent));
  const isRise = percent > 0 || (percent === 0 && type === "change_above");
  if (type === "change_above") return isRise ? s.conditions.rises(size) : s.conditions.fallsLess(size);
  return isRise ? s.conditions.risesLess(size) : s.conditions.falls(size);
}

/** Returns the sentences that describe a rule. */
export function summarize(rule: Rule, currency: string | null): string[] {
  const subject = parseSubject(rule.metric);
  const group = rule.group_by ? s.separately(nameOf(rule.group_by)) : "";
  return [
    s.fires({
      every: s.every(formatDuration(rule.evaluate_every)) + group,
      subject: subjectWords(rule),
      condition: conditionWords(rule.metric, rule.condition, currency),
      severity: alerts.severities[rule.severity].toLowerCase(),
      after: minutesOf(rule.for) === 0 ? "" : s.after(formatDuration(rule.for)),
    }),
    recoveryWords(rule, currency),
    s.noData[rule.no_data],
    ...(hasHistory(subject) ? [] : [s.present]),
    ...(canBeProvisional(subject) ? [rule.use_provisional ? s.provisional : s.complete] : []),
    targetWords(rule),
    ...(rule.enabled ? [] : [s.disabled]),
  ];
}

function subjectWords({ metric, window, filters }: Rule): string {
  const label = subjectLabel(metric);
  const over = hasHistory(parseSubject(metric)) ? s.over(label, formatDuration(window)) : label;
  const conditions = Object.entries(filters ?? {}).map(([field, values]) =>
    s.oneOf(nameOf(field), values.join(s.or)),
  );
  return conditions.length === 0 ? over : over + s.where(conditions.join(s.and));
}

function recoveryWords({ metric, condition, recovery }: Rule, currency: string | null): string {
  if (recovery === undefined || recovery === null) return s.clears;
  switch (condition.type) {
    case "above":
      return s.clearsAtOrBelow(formatValue(metric, recovery, currency));
    case "below":
      return s.clearsAtOrAbove(formatValue(metric, recovery, currency));
    case "outside":
      return s.clearsPast(formatValue(metric, recovery, currency));
    case "change_above":
      return s.clearsAtOrBelow(percentWords(recovery));
    case "change_below":
      return s.clearsAtOrAbove(percentWords(recovery));
    case "anomaly":
      return s.clearsWithin(formatNumber(recovery));
  }
}

function targetWords({ notify }: Rule): string {
  const webhooks = notify.filter(({ type }) => type === "webhook").length;
  const targets = [
    ...(notify.some(({ type }) => type === "topic") ? [s.topic] : []),
    ...(webhooks > 0 ? [s.webhooks(webhooks)] : []),
  ];
  return targets.length === 0 ? s.notifiesNobody : s.notifies(targets.join(s.and));
}

function nameOf(field: string): string {
  return (t.filterNames[field] ?? field).toLowerCase();
}

function percentWords(percent: number): string {
  return `${formatNumber(percent)}%`;
}
