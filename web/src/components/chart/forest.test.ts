import { describe, expect, it } from "vitest";
import { forest, toneOf } from "./forest";

describe("an interval", () => {
  it("is better or worse only if it is wholly on one side of zero", () => {
    expect(toneOf([0.01, 0.2], "up")).toBe("better");
    expect(toneOf([0.01, 0.2], "down")).toBe("worse");
    expect(toneOf([-0.2, -0.01], "down")).toBe("better");
    expect(toneOf([-0.01, 0.2], "up")).toBe("open");
    expect(toneOf([0, 0.2], "up")).toBe("open");
  });

  it("says nothing where there is none, or no direction", () => {
    expect(toneOf(null, "up")).toBe("open");
    expect(toneOf([1, 2], "neither")).toBe("open");
  });
});

describe("a forest plot", () => {
  const format = (value: number | null) => (value === null ? "–" : String(value));
  const row = { name: "treatment", value: 0.1, interval: [-0.1, 0.3] as const, tone: "open" as const };

  it("has zero, all intervals and all limits in sight", () => {
    const { option } = forest([row], { format, limits: [{ at: 0.9, name: "limit" }] });
    const { min, max } = option.xAxis as { min: number; max: number };

    expect(min).toBeLessThan(-0.1);
    expect(max).toBeGreaterThan(0.9);
  });

  it("lists its numbers, a dash for those that are absent", () => {
    const { table } = forest([{ ...row, value: null, interval: null }], { format });

    expect(table.rows).toEqual([["treatment", "–", "–", "–"]]);
  });
});
