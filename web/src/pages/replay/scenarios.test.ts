import { describe, expect, it } from "vitest";
import { changesOf, declineThresholds, type Results } from "./scenarios";

describe("what a scenario changes", () => {
  it("is listed in words", () => {
    const overrides = {
      thresholds: { fraud_threshold: 0.8, review_threshold: null },
      model: { type: "logistic" as const, intercept: 0, coefficients: { a: 1, b: 2 }, means: {}, scales: {} },
      rules: [{ when: [{ feature: "a", operator: "<" as const, value: 1 }], outcome: "review" as const }],
    };

    expect(changesOf({ overrides })).toBe("decline from 0.8, model with 2 features, 1 rule");
  });

  it("is nothing for an identity replay, and a threshold of 0 is something", () => {
    expect(changesOf({ overrides: { rules: [] } })).toBe("Nothing (identity)");
    expect(changesOf({ overrides: { thresholds: { fraud_threshold: 0 }, rules: [] } })).toBe(
      "decline from 0",
    );
  });
});

describe("the decline threshold of a run", () => {
  const policy = [0.7, 0.9, 0.7, null].map((fraud_threshold) => ({
    ruleVersion: "r",
    inferred: true,
    thresholds: { fraud_threshold, review_threshold: null },
  })) as Results["policy"];

  it("is the chosen one, else those of the policy", () => {
    expect(
      declineThresholds({ overrides: { thresholds: { fraud_threshold: 0.5 }, rules: [] } }, { policy }),
    ).toEqual([0.5]);
    expect(declineThresholds({ overrides: { rules: [] } }, { policy })).toEqual([0.7, 0.9]);
  });
});
