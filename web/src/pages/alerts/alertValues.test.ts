import { describe, expect, it } from "vitest";
import { valuesOf } from "./alertValues";
import type { components } from "@/api/schema.gen";

type Alert = components["schemas"]["Alert"];
type Rule = components["schemas"]["AlertRule"];

const ALERT = { metric_type: "revenue:sum", created_at: "2026-11-02T00:00:00Z" } as Alert;
const RULE = { condition: { type: "below", threshold: 5 }, updated_at: "2026-11-01T00:00:00Z" } as Rule;

describe("values of an alert", () => {
  it("have the unit of the metric", () => {
    expect(valuesOf(ALERT, RULE, "USD")(1234.5)).toBe("$1,234.50");
    expect(valuesOf(ALERT, RULE, "USD")(null)).toBe("–");
  });

  it("have the currency that the rule filters by", () => {
    expect(valuesOf(ALERT, { ...RULE, filters: { currency: ["EUR"] } }, "USD")(2)).toBe("€2.00");
  });

  it("are in per cent if the rule is about changes", () => {
    const rule: Rule = { ...RULE, condition: { type: "change_below", percent: -50 } };

    expect(valuesOf(ALERT, rule, "USD")(-61.256)).toBe("-61.26 %");
    expect(valuesOf(ALERT, rule, "USD")(null)).toBe("–");
  });

  it("are plain numbers if the rule was changed or deleted since", () => {
    expect(valuesOf(ALERT, { ...RULE, updated_at: "2026-11-03T00:00:00Z" }, "USD")(12.34567)).toBe("12.3457");
    expect(valuesOf(ALERT, undefined, "USD")(5)).toBe("5");
  });

  it("count failures if the rule cannot be evaluated", () => {
    expect(valuesOf({ ...ALERT, metric_type: "evaluation" }, RULE, "USD")(3)).toBe("3");
  });
});
