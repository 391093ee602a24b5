import { describe, expect, it } from "vitest";
import {
  fieldOf,
  initialValues,
  jsonErrors,
  listOf,
  newRule,
  requestOf,
  scalarOf,
  valuesOf,
} from "./formValues";
import type { Scenario } from "./scenarios";

const WINDOW = { start: "2026-10-01T00:00:00Z", end: "2026-11-01T00:00:00Z" };
const named = () => ({ ...initialValues(WINDOW), name: "Stricter" });

describe("the request of a form", () => {
  it("changes nothing unless something was entered", () => {
    expect(requestOf(named())).toEqual({
      name: "Stricter",
      description: "",
      timeWindow: WINDOW,
      filters: {},
      overrides: { rules: [] },
    });
  });

  it("has a threshold of 0, and passes on what is no number", () => {
    expect(requestOf({ ...named(), decline: 0, review: "-" }).overrides.thresholds).toEqual({
      fraud_threshold: 0,
      review_threshold: "-",
    });
  });

  it("keeps the type of values of rules", () => {
    expect(scalarOf("20")).toBe(20);
    expect(scalarOf(" true ")).toBe(true);
    expect(scalarOf('"20"')).toBe("20");
    expect(scalarOf("card")).toBe("card");
    expect(scalarOf("null")).toBe("null");
    expect(listOf('card, 1, "a, b", ')).toEqual(["card", 1, "a, b"]);
  });

  it("says what is wrong with a model that is not JSON", () => {
    expect(jsonErrors({ ...named(), model: "{" }).model).toContain("is not valid JSON");
    expect(jsonErrors(named())).toEqual({});
  });
});

describe("a copy of a scenario", () => {
  it("makes the same request", () => {
    const [rule] = [newRule()];
    const request = requestOf({
      ...named(),
      filters: { ...named().filters, channel: ["web"] },
      decline: 0.8,
      rules: [
        { ...rule, when: [{ key: "1", feature: "method", operator: "in", value: 'card, "1", "a,b"' }] },
      ],
      model: '{"type":"logistic","intercept":0,"coefficients":{"a":1}}',
    });

    expect(requestOf(valuesOf(request as Scenario))).toEqual(request);
  });
});

describe("fields of the form", () => {
  it("are found by the paths of the API", () => {
    expect(fieldOf("timeWindow.end")).toBe("end");
    expect(fieldOf("overrides.thresholds.fraud_threshold")).toBe("decline");
    expect(fieldOf("overrides.rules.0.when.1.value")).toBe("rules.0.when.1.value");
    expect(fieldOf("overrides.model.coefficients")).toBe("model");
    expect(fieldOf("filters.channel.0")).toBe("filters.channel");
    expect(fieldOf("colour")).toBeNull();
  });
});
