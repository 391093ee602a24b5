import { describe, expect, it } from "vitest";
import { drawMatrices, sharesOf, usualStep } from "./matrix";

const matrix = { truePositives: 3, falsePositives: 1, falseNegatives: 2, trueNegatives: 4 };
const none = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 };

describe("the confusion matrix", () => {
  it("gives the share of a cell in all four and in its row", () => {
    expect(sharesOf(matrix, "truePositives")).toEqual({ ofAll: 0.3, ofRow: 0.75 });
    expect(sharesOf(matrix, "falseNegatives")).toEqual({ ofAll: 0.2, ofRow: 2 / 6 });
    expect(sharesOf(none, "truePositives")).toEqual({ ofAll: null, ofRow: null });
  });

  it("has a table with every count, the open ones included", () => {
    const at = { ...matrix, timestamp: "2026-11-02T00:00:00Z", pending: 5, unverified: 6, provisional: true };
    expect(drawMatrices([at], "week", "UTC").table.rows).toEqual([
      ["2 Nov 2026", "3", "1", "2", "4", "5", "6"],
    ]);
  });

  it("takes weeks for long ranges", () => {
    expect(usualStep({ startDate: "2026-11-01T00:00:00Z", endDate: "2026-12-01T00:00:00Z" })).toBe("day");
    expect(usualStep({ startDate: "2026-09-01T00:00:00Z", endDate: "2026-12-01T00:00:00Z" })).toBe("week");
  });
});
