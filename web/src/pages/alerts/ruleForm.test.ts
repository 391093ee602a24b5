import { describe, expect, it } from "vitest";
import { fieldOf, formOf, NEW_RULE, requestOf, type Rule, type RuleForm, withChanges } from "./ruleForm";

const RULE: Rule = {
  rule_id: "rule-1",
  name: "Many decisions are declined",
  description: "Look at the model.",
  enabled: true,
  severity: "high",
  metric: "decline_rate",
  condition: { type: "above", threshold: 0.07 },
  window: "PT6H",
  evaluate_every: "PT5M",
  for: "PT15M",
  recovery: 0.06,
  filters: { channel: ["web", "app"] },
  group_by: "channel",
  no_data: "resolve",
  use_provisional: true,
  notify: [{ type: "topic" }, { type: "webhook", url: "https://hooks.example.com/a" }],
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-02T00:00:00Z",
  created_by: "me",
  version: 3,
};

describe("the form of a rule", () => {
  it("shows shares in per cent, and sends them as they were", () => {
    const form = formOf(RULE);

    expect([form.condition.threshold, form.recovery]).toEqual([7, 6]);
    expect(requestOf(form)).toMatchObject({ condition: { type: "above", threshold: 0.07 }, recovery: 0.06 });
  });

  it("sends back what it has read, with the version that it replaces and without secrets", () => {
    const { rule_id, created_at, updated_at, created_by, ...rest } = RULE;
    expect([rule_id, created_at, updated_at, created_by]).toHaveLength(4);

    expect(withChanges(RULE, { enabled: false })).toEqual({ ...rest, enabled: false });
  });

  it("sends only the fields of its condition", () => {
    const condition = { ...NEW_RULE.condition, threshold: 5, low: 1, high: 2, percent: -20, k: 3 };
    const of = (type: RuleForm["condition"]["type"]) =>
      requestOf({ ...NEW_RULE, condition: { ...condition, type } }).condition;

    expect(of("below")).toEqual({ type: "below", threshold: 5 });
    expect(of("outside")).toEqual({ type: "outside", low: 1, high: 2 });
    expect(of("change_below")).toEqual({ type: "change_below", percent: -20, against: "previous" });
    expect(of("anomaly")).toEqual({ type: "anomaly", k: 3 });
  });

  it("leaves out what is not typed yet, so that the API says that it is missing", () => {
    expect(requestOf(NEW_RULE).condition).toEqual({ type: "below" });
    expect(requestOf(NEW_RULE)).not.toHaveProperty("recovery");
  });

  it("sends changes in per cent as they are typed, also of shares", () => {
    const form = { ...formOf(RULE), recovery: -40 };
    const request = requestOf({
      ...form,
      condition: { ...form.condition, type: "change_below", percent: -50 },
    });

    expect([request.condition.percent, request.recovery]).toEqual([-50, -40]);
  });

  it("has a field for each error of the API", () => {
    const field = fieldOf(formOf(RULE));

    expect(field("metric")).toBe("subject");
    expect(field("rule.condition.threshold")).toBe("condition.threshold");
    expect(field("condition")).toBe("condition.type");
    expect(field("evaluate_every")).toBe("evaluateEvery");
    expect(field("filters.channel.1")).toBe("filters.0");
    expect(field("filters.other")).toBe("filters");
    expect(field("notify.1.url")).toBe("webhooks.0.url");
    expect(field("notify.0.type")).toBeNull();
    expect(field("time_range")).toBeNull();
  });
});
