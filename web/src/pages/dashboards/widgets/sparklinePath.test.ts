import { describe, expect, it } from "vitest";
import { nearest, pathsOf } from "./sparklinePath";

describe("the line of a card", () => {
  it("goes from the least value at the bottom to the greatest at the top", () => {
    expect(pathsOf([10, 30, 20]).line).toBe("M0 97L50 3L100 50");
  });

  it("has an area down to the bottom", () => {
    expect(pathsOf([10, 30]).area).toBe("M0 100L0 97L100 3V100Z");
  });

  it("has a gap where a value is missing, and a dot between two gaps", () => {
    expect(pathsOf([null, 1, null, 3, 1]).line).toBe("M25 97h0M75 3L100 97");
  });

  it("runs through the middle when all values are equal", () => {
    expect(pathsOf([5, 5]).line).toBe("M0 50L100 50");
  });

  it("is empty without values", () => {
    expect(pathsOf([null, null])).toEqual({ line: "", area: "" });
  });

  it("shows the value that is nearest to the pointer", () => {
    expect([-0.2, 0, 0.49, 0.51, 1, 1.3].map((share) => nearest(share, 2))).toEqual([0, 0, 0, 1, 1, 1]);
  });
});
