/** What the form of a scenario holds, and how it becomes a request: values and models are entered as text. */
import type { Scenario } from "./scenarios";
import type { Body } from "@/api/client";
import { type Dimension, DIMENSIONS } from "@/format/dimensions";
import { text as t } from "@/text/replay";

export type Request = Body<"/api/v1/analytics/replay/scenarios", "post">;
type Entered = number | string;
type Rule = Scenario["overrides"]["rules"][number];
export type Scalar = string | number | boolean;
export type ConditionValues = { key: string; feature: string; operator: string; value: string };
export type RuleValues = { key: string; when: ConditionValues[]; outcome: string };
export type Values = {
  name: string;
  description: string;
  start: string | null;
  end: string | null;
  asOf: string | null;
  filters: Record<Dimension, string[]>;
  decline: Entered;
  review: Entered;
  rules: RuleValues[];
  model: string;
};

let keys = 0;

function newKey(): string {
  keys += 1;
  return String(keys);
}

export function newCondition(): ConditionValues {
  return { key: newKey(), feature: "", operator: ">=", value: "" };
}

export function newRule(): RuleValues {
  return { key: newKey(), when: [newCondition()], outcome: "review" };
}

export function initialValues(window: { start: string; end: string }): Values {
  return {
    name: "",
    description: "",
    ...window,
    asOf: null,
    filters: Object.fromEntries(DIMENSIONS.map((name) => [name, []])) as unknown as Values["filters"],
    decline: "",
    review: "",
    rules: [],
    model: "",
  };
}

/** The values of another scenario, for a new one like it. */
export function valuesOf({ name, description, timeWindow, asOf, filters, overrides }: Scenario): Values {
  const initial = initialValues(timeWindow);
  const { thresholds, model, rules } = overrides;
  return {
    ...initial,
    name,
    description,
    asOf: asOf ?? null,
    filters: { ...initial.filters, ...filters },
    decline: thresholds?.fraud_threshold ?? "",
    review: thresholds?.review_threshold ?? "",
    rules: rules.map(ruleValues),
    model: model ? JSON.stringify(model, null, 2) : "",
  };
}

/** The request for what was entered, wrong entries included: the API names all mistakes at once. */
export function requestOf(values: Values): Request {
  const { name, description, start, end, asOf, filters, decline, review, rules, model } = values;
  const thresholds = {
    ...(decline === "" ? {} : { fraud_threshold: decline }),
    ...(review === "" ? {} : { review_threshold: review }),
  };
  const request: unknown = {
    name: name.trim(),
    description,
    timeWindow: { start, end },
    filters: Object.fromEntries(Object.entries(filters).filter(([, each]) => each.length > 0)),
    ...(asOf === null ? {} : { asOf }),
    overrides: {
      ...(Object.keys(thresholds).length === 0 ? {} : { thresholds }),
      ...(model.trim() === "" ? {} : { model: parsed(model).value }),
      rules: rules.map(({ when, outcome }) => ({
        when: when.map(({ feature, operator, value }) => ({
          feature: feature.trim(),
          operator,
          value: operator === "in" ? listOf(value) : scalarOf(value),
        })),
        outcome,
      })),
    },
  };
  return request as Request;
}

/** Returns the form's field for a path of the API. */
export function fieldOf(path: string): string | null {
  if (path.startsWith("timeWindow.")) return path.slice("timeWindow.".length);
  if (path === "overrides.thresholds.fraud_threshold") return "decline";
  if (path === "overrides.thresholds.review_threshold") return "review";
  if (path.startsWith("overrides.model")) return "model";
  if (path.startsWith("overrides.rules")) return path.slice("overrides.".length);
  const filter = /^filters\.\w+/.exec(path);
  if (filter !== null) return filter[0];
  return ["name", "description", "asOf"].includes(path) ? path : null;
}

/** A message for a model that is not JSON, which the API would see as text. */
export function jsonErrors({ model }: Values): Record<string, string> {
  const { error } = model.trim() === "" ? { error: null } : parsed(model);
  return error === null ? {} : { model: t.form.notJson(error) };
}

/** Reads a value as JSON where it is a number, true, false or quoted text, else as text. */
export function scalarOf(entered: string): Scalar {
  const { value } = parsed(entered.trim());
  return isScalar(value) ? value : entered.trim();
}

/** Reads values that are separated by commas; commas in quotes separate nothing. */
export function listOf(entered: string): Scalar[] {
  const parts = entered.match(/\s*"(?:[^"\\]|\\.)*"|[^,]+/g) ?? [];
  return parts.filter((part) => part.trim() !== "").map(scalarOf);
}

function ruleValues({ when, outcome }: Rule): RuleValues {
  return {
    key: newKey(),
    outcome,
    when: when.map(({ feature, operator, value }) => ({
      key: newKey(),
      feature,
      operator,
      value: Array.isArray(value) ? value.map(entryOf).join(", ") : entryOf(value),
    })),
  };
}

/** Text as it would be entered: in quotes if it would be read as something else without them. */
function entryOf(value: Scalar): string {
  if (typeof value !== "string") return String(value);
  const isPlain = scalarOf(value) === value && !/[,"]/.test(value) && value.trim() === value;
  return isPlain ? value : JSON.stringify(value);
}

function isScalar(value: unknown): value is Scalar {
  return ["string", "number", "boolean"].includes(typeof value);
}

function parsed(json: string): { value: unknown; error: string | null } {
  try {
    return { value: JSON.parse(json), error: null };
  } catch (error) {
    return { value: json, error: error instanceof Error ? error.message : String(error) };
  }
}
