import { describe, expect, it } from "vitest";
import { type Explanation, inUnit, reasons, signed, valueOf, waterfallOf } from "./waterfall";

const attribution = (feature: string, contribution: number) => ({
  feature,
  value: 1,
  contribution,
  importance: 0.5,
  direction: contribution > 0 ? ("up" as const) : ("down" as const),
});
const explanation = {
  baseValue: -3,
  sum: -1.5,
  attributions: [attribution("a", 2), attribution("b", -0.5)],
} as Explanation;

describe("the waterfall of a decision", () => {
  it("goes from the base value over every contribution to the sum", () => {
    const { base, steps, scale } = waterfallOf(explanation);
    expect(base).toBe(-3);
    expect(steps.map(({ from, to }) => [from, to])).toEqual([
      [-3, -1],
      [-1, -1.5],
    ]);
    expect(scale).toEqual([-3, 0]);
  });

  it("begins at 0 without a base value", () => {
    expect(waterfallOf({ ...explanation, baseValue: null }).steps[0]).toMatchObject({ from: 0, to: 2 });
  });

  it("names what raises and what lowers the score", () => {
    expect(reasons(explanation.attributions, "up").map(({ feature }) => feature)).toEqual(["a"]);
    expect(reasons(explanation.attributions, "down").map(({ feature }) => feature)).toEqual(["b"]);
  });

  it("shows values as they were stored, and an absent one as a dash", () => {
    expect([valueOf(false), valueOf("1"), valueOf(43.7), valueOf(null)]).toEqual(["false", "1", "43.7", "–"]);
  });

  it("shows contributions with their sign, and totals in their unit", () => {
    expect([signed(0.72), signed(-0.5), signed(0), signed(null)]).toEqual(["+0.72", "−0.5", "0", "–"]);
    expect([inUnit(0.145, "probability"), inUnit(-3.9, "log_odds")]).toEqual(["14.5%", "−3.9"]);
  });
});
