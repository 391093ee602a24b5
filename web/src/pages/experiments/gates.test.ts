import { describe, expect, it } from "vitest";
import { describeGate, type Gate, gatesOf, isOverridable } from "./gates";
import { ApiError } from "@/api/errors";

const gate = (name: string, value: unknown, required: unknown, passed = false): Gate => ({
  gate: name,
  passed,
  value,
  required,
});
const words = (each: Gate) => describeGate(each, "USD");

describe("gates in words", () => {
  it("say what was found and what is required", () => {
    expect(words(gate("duration", 2.5, 3))).toEqual(["2.5 days", "≥ 3 days"]);
    expect(words(gate("units", 142, 1000))).toEqual(["142", "≥ 1,000"]);
    expect(words(gate("sampleRatio", 0.5218, 0.001, true))).toEqual(["p = 0.5218", "p ≥ 0.001"]);
    expect(words(gate("labelCoverage", 0.2949, 0.8))).toEqual(["29.5%", "≥ 80%"]);
    expect(words(gate("variant", "controll", ["treatment"]))).toEqual(["controll", "one of treatment"]);
  });

  it("that do not apply say so", () => {
    expect(words(gate("labelCoverage", 0.3, null, true))[1]).toBe("does not apply");
    expect(words(gate("guardrails", {}, {}, true))).toEqual(["no guardrails", "does not apply"]);
  });

  it("name the metrics, in their units", () => {
    const required = { metric: "approvalRate", leastGainAbove: 0, significance: 0.05 };

    expect(words(gate("primary", -0.1228, required))).toEqual([
      "Approval rate: gain of at least −12.28 pp",
      "Approval rate: above 0, at the level of 95%",
    ]);
    expect(
      words(gate("guardrails", { fraudRate: null, fraudLoss: 2 }, { fraudRate: 0.005, fraudLoss: 1 })),
    ).toEqual([
      "Fraud rate: unknown; Fraud loss: at least $2.00 worse",
      "Fraud rate: at most 0.5 pp worse; Fraud loss: at most $1.00 worse",
    ]);
  });

  it("that a later API adds are shown as they are", () => {
    expect(words(gate("weather", { sunny: true }, "rain"))).toEqual(['{"sunny":true}', "rain"]);
  });
});

describe("a refused promotion", () => {
  const error = (status: number, details: unknown) =>
    new ApiError({ status, code: "promotion_gates_failed", message: "Gates are not passed", details });

  it("lists its gates", () => {
    expect(gatesOf(error(422, { gates: [gate("units", 1, 2)] }))).toEqual([gate("units", 1, 2)]);
    expect(gatesOf(error(409, { status: "draft" }))).toBeNull();
  });

  it("can be overridden unless the assignment or the variant is wrong", () => {
    expect(isOverridable([gate("units", 1, 2), gate("sampleRatio", 0.5, 0.001, true)])).toBe(true);
    expect(isOverridable([gate("units", 1, 2), gate("sampleRatio", 0.0001, 0.001)])).toBe(false);
  });
});
