import { describe, expect, it } from "vitest";
import { presentThresholds } from "./defaults";

const rule = (ruleVersion: string, registeredAt: string, fraud_threshold: number | null) => ({
  ruleVersion,
  registeredAt,
  registeredBy: "laptop",
  thresholds: { fraud_threshold, review_threshold: 0.3 },
});
const policy = (configuration: Record<string, unknown>) => ({ version: 4, configuration });

describe("the thresholds of a new scenario", () => {
  it("are those registered last", () => {
    const rules = [rule("r-2", "2026-11-02T00:00:00Z", 0.8), rule("r-1", "2026-11-01T00:00:00Z", 0.7)];

    expect(presentThresholds(rules, policy({ fraud_threshold: 0.5 }))).toEqual({
      decline: 0.8,
      review: 0.3,
      origin: "rule version r-2",
    });
  });

  it("are those of the decision policy if none are registered and it has any", () => {
    expect(presentThresholds([], policy({ fraud_threshold: 0.5 }))).toEqual({
      decline: 0.5,
      review: "",
      origin: "policy version 4",
    });
    expect(presentThresholds([], policy({ fraud_threshold: "high" }))).toMatchObject({
      decline: "",
      origin: null,
    });
    expect(presentThresholds([], undefined)).toMatchObject({ decline: "", review: "", origin: null });
  });
});
