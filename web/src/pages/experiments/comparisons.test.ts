import { describe, expect, it } from "vitest";
import { byMetric, type Comparison, verdictOf } from "./comparisons";
import type { Experiment } from "./moves";

const experiment = {
  primaryMetric: "approvalRate",
  primaryDirection: "up",
  guardrails: [
    { metric: "fraudRate", maximumHarm: 0.01 },
    { metric: "recall", maximumHarm: 0.05 },
  ],
} as Experiment;
const comparison = (metric: string, role: Comparison["role"], interval: [number, number] | null) =>
  ({ variantId: "treatment", metric, role, interval }) as Comparison;

describe("the metrics of an experiment", () => {
  it("are the primary one and the guardrails, each with its own comparisons", () => {
    const all = byMetric(experiment, [
      comparison("fraudRate", "guardrail", null),
      comparison("approvalRate", "primary", null),
    ]);

    expect(all.map(({ metric, comparisons }) => [metric, comparisons.length])).toEqual([
      ["approvalRate", 1],
      ["fraudRate", 1],
      ["recall", 0],
    ]);
  });

  it("have limits on the side on which a metric gets worse", () => {
    expect(byMetric(experiment, []).map(({ limit }) => limit)).toEqual([null, 0.01, -0.05]);
  });
});

describe("a verdict", () => {
  const [primary, fraudRate, recall] = byMetric(experiment, []);
  const verdict = (judged: typeof primary, interval: [number, number] | null) =>
    judged && verdictOf(judged, comparison(judged.metric, judged.role, interval));

  it("on the primary metric is about zero", () => {
    expect(verdict(primary, [0.01, 0.1])).toBe("better");
    expect(verdict(primary, [-0.1, -0.01])).toBe("worse");
    expect(verdict(primary, [-0.1, 0.1])).toBe("open");
  });

  it("on a guardrail is about its limit", () => {
    expect(verdict(fraudRate, [-0.02, 0.009])).toBe("better");
    expect(verdict(fraudRate, [0.011, 0.02])).toBe("worse");
    expect(verdict(fraudRate, [0, 0.02])).toBe("open");
    expect(verdict(recall, [-0.04, 0.1])).toBe("better");
    expect(verdict(recall, [-0.2, -0.06])).toBe("worse");
  });

  it("without an interval is open", () => {
    expect(verdict(fraudRate, null)).toBe("open");
  });
});
