/** The form of a rule: its values as people enter them, and as the API reads them. */
import type { Body } from "@/api/client";
import type { components } from "@/api/schema.gen";
import { type Duration, readDuration, writeDuration } from "@/format/durations";
import { parseSubject, type Subject, unitOf, writeSubject } from "./subjects";

export type Rule = components["schemas"]["AlertRule"];
export type RuleRequest = Body<"/api/v1/alerts/rules", "post">;
export type ConditionType = components["schemas"]["ConditionType"];
type Condition = components["schemas"]["Condition"];
/** A number, or what is not a number yet while it is being typed. */
export type Typed = number | string;

export type RuleForm = {
  name: string;
  description: string;
  enabled: boolean;
  severity: components["schemas"]["AlertSeverity"];
  subject: Subject;
  condition: {
    type: ConditionType;
    threshold: Typed;
    low: Typed;
    high: Typed;
    percent: Typed;
    against: "previous" | "week_before";
    k: Typed;
  };
  window: Duration;
  evaluateEvery: Duration;
  for: Duration;
  recovery: Typed;
  filters: { field: string; values: string[] }[];
  groupBy: string | null;
  noData: components["schemas"]["NoData"];
  useProvisional: boolean;
  topic: boolean;
  webhooks: { url: string; secret: string }[];
};

export const NEW_RULE: RuleForm = {
  name: "",
  description: "",
  enabled: true,
  severity: "medium",
  subject: { kind: "business", name: "revenue", part: "sum" },
  condition: { type: "below", threshold: "", low: "", high: "", percent: "", against: "previous", k: "" },
  window: { amount: 1, unit: "hour" },
  evaluateEvery: { amount: 5, unit: "minute" },
  for: { amount: 0, unit: "minute" },
  recovery: "",
  filters: [],
  groupBy: null,
  noData: "ignore",
  useProvisional: false,
  topic: true,
  webhooks: [],
};

/** Returns the values of the form for a rule. */
export function formOf(rule: Rule): RuleForm {
  const subject = parseSubject(rule.metric);
  const { condition } = rule;
  const value = (each: number | null | undefined) => shown(each, isShare(subject));
  return {
    name: rule.name,
    description: rule.description,
    enabled: rule.enabled,
    severity: rule.severity,
    subject,
    condition: {
      type: condition.type,
      threshold: value(condition.threshold),
      low: value(condition.low),
      high: value(condition.high),
      percent: condition.percent ?? "",
      against: condition.against ?? "previous",
      k: condition.k ?? "",
    },
    window: readDuration(rule.window),
    evaluateEvery: readDuration(rule.evaluate_every),
    for: readDuration(rule.for),
    recovery: shown(rule.recovery, isOfValue(condition.type) && isShare(subject)),
    filters: Object.entries(rule.filters ?? {}).map(([field, values]) => ({ field, values })),
    groupBy: rule.group_by ?? null,
    noData: rule.no_data,
    useProvisional: rule.use_provisional,
    topic: rule.notify.some(({ type }) => type === "topic"),
    webhooks: rule.notify.flatMap((each) => (each.type === "webhook" ? [{ url: each.url, secret: "" }] : [])),
  };
}

/** Returns the rule that a form describes, as it is sent; the API says what is missing in it. */
export function requestOf(form: RuleForm, version?: number): RuleRequest {
  const isPercentage = isOfValue(form.condition.type) && isShare(form.subject);
  const recovery = sent(form.recovery, isPercentage);
  return {
    name: form.name.trim(),
    description: form.description.trim(),
    enabled: form.enabled,
    severity: form.severity,
    metric: writeSubject(form.subject),
    condition: conditionOf(form),
    window: writeDuration(form.window),
    evaluate_every: writeDuration(form.evaluateEvery),
    for: writeDuration(form.for),
    ...(recovery === undefined ? {} : { recovery }),
    filters: Object.fromEntries(form.filters.map(({ field, values }) => [field, values])),
    ...(form.groupBy === null ? {} : { group_by: form.groupBy }),
    no_data: form.noData,
    use_provisional: form.useProvisional,
    notify: targetsOf(form),
    ...(version === undefined ? {} : { version }),
  };
}

/** Returns a rule of the API as it is sent back with changes; webhooks keep their secrets. */
export function withChanges(rule: Rule, changes: Partial<RuleRequest>): RuleRequest {
  const { name, description, enabled, severity, metric, condition, window, evaluate_every, recovery } = rule;
  const { filters, group_by, no_data, use_provisional, notify, version } = rule;
  return {
    ...{ name, description, enabled, severity, metric, condition, window, evaluate_every, for: rule.for },
    ...(recovery === undefined ? {} : { recovery }),
    ...(filters === undefined ? {} : { filters }),
    ...(group_by === undefined ? {} : { group_by }),
    ...{ no_data, use_provisional, version },
    notify: notify.map((each) => (each.type === "webhook" ? { type: each.type, url: each.url } : each)),
    ...changes,
  };
}

function conditionOf({ condition, subject }: RuleForm): Condition {
  const { type } = condition;
  const value = (each: Typed) => sent(each, isShare(subject));
  switch (type) {
    case "above":
    case "below":
      return filled({ type, threshold: value(condition.threshold) });
    case "outside":
      return filled({ type, low: value(condition.low), high: value(condition.high) });
    case "change_above":
    case "change_below":
      return filled({ type, percent: sent(condition.percent), against: condition.against });
    case "anomaly":
      return filled({ type, k: sent(condition.k) });
  }
}

type Loose = { [K in keyof Condition]: Condition[K] | undefined };

function filled(condition: Loose & { type: ConditionType }): Condition {
  return Object.fromEntries(
    Object.entries(condition).filter(([, value]) => value !== undefined),
  ) as Condition;
}

function targetsOf({ topic, webhooks }: RuleForm): RuleRequest["notify"] {
  return [
    ...(topic ? [{ type: "topic" as const }] : []),
    ...webhooks.map(({ url, secret }) => ({
      type: "webhook" as const,
      url: url.trim(),
      ...(secret === "" ? {} : { secret }),
    })),
  ];
}

/** Returns the field of the form for a path of the API's errors; null if the form has none. */
export function fieldOf(form: RuleForm): (path: string) => string | null {
  const renamed: Readonly<Record<string, string>> = {
    metric: "subject",
    evaluate_every: "evaluateEvery",
    group_by: "groupBy",
    no_data: "noData",
    use_provisional: "useProvisional",
  };
  return (path) => {
    const [head = "", ...rest] = path.replace(/^rule\./, "").split(".");
    if (head === "filters") {
      const place = form.filters.findIndex(({ field }) => field === rest[0]);
      return place === -1 ? "filters" : `filters.${place}`;
    }
    if (head === "notify") {
      const place = Number(rest[0]) - (form.topic ? 1 : 0);
      return form.webhooks[place] === undefined ? null : `webhooks.${place}.${rest[1] ?? "url"}`;
    }
    if (head === "condition") return rest.length === 0 ? "condition.type" : `condition.${rest.join(".")}`;
    if (head === "version" || head === "time_range") return null;
    return renamed[head] ?? head;
  };
}

/** Whether the thresholds of a condition are values of the metric, not changes or deviations. */
export function isOfValue(type: ConditionType): boolean {
  return type === "above" || type === "below" || type === "outside";
}

/** Whether the values of a metric are shares, which people enter in per cent. */
export function isShare(subject: Subject): boolean {
  return unitOf(subject) === "share";
}

function shown(value: number | null | undefined, isPercentage: boolean): Typed {
  if (value === null || value === undefined) return "";
  return isPercentage ? exact(value * 100) : value;
}

function sent(value: Typed, isPercentage = false): number | undefined {
  const number = typeof value === "number" ? value : Number.parseFloat(value);
  if (!Number.isFinite(number)) return undefined;
  return isPercentage ? exact(number / 100) : number;
}

/** Removes the noise of binary fractions, e.g. of 0.07 × 100. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}
