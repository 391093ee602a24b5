import { describe, expect, it } from "vitest";
import { placeOn, scaleOf } from "./scale";

describe("scales", () => {
  it("begin at 0 and have every known value", () => {
    expect(scaleOf([0.2, null, 3, undefined])).toEqual([0, 3]);
    expect(scaleOf([-1])).toEqual([-1, 0]);
    expect(scaleOf([])).toEqual([0, 0]);
  });

  it("place values in per cent, those beyond an end on it", () => {
    expect([placeOn([0, 4], 1), placeOn([0, 4], 9), placeOn([-2, 2], 0)]).toEqual([25, 100, 50]);
    expect(placeOn([0, 0], 5)).toBe(0);
  });
});
