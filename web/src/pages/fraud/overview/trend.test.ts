import { describe, expect, it } from "vitest";
import { drawTrend, firstAfter, isHourly, pointsOf } from "./trend";

const dataPoints = ["2026-11-01", "2026-11-02", "2026-11-03"].map((day, place) => ({
  timestamp: `${day}T00:00:00Z`,
  value: place === 1 ? null : place / 10,
}));
const trends = [{ metric: "recall", dataPoints }];
const shown = { currency: "USD", maturing: "still maturing", timeZone: "Asia/Tokyo" };

describe("trends", () => {
  it("shade what ends after the maturity horizon", () => {
    const points = pointsOf(trends, "recall");
    expect(firstAfter(points, Date.parse("2026-11-02T12:00:00Z"))).toBe(1);
    expect(firstAfter(points, Date.parse("2026-11-02T00:00:00Z"))).toBe(1);
    const { option } = drawTrend(trends, ["recall"], {
      ...shown,
      matureUntil: Date.parse("2026-11-02T00:00:00Z"),
    });
    const [series] = option.series as { markArea: { data: { xAxis: unknown }[][] } }[];
    expect(series?.markArea.data[0]?.[0]).toMatchObject({ xAxis: 1, name: "still maturing" });
  });

  it("show days as UTC days, and an absent value as a dash", () => {
    const { table } = drawTrend(trends, ["recall"], { ...shown, matureUntil: 0 });
    expect(isHourly(pointsOf(trends, "recall"))).toBe(false);
    expect(table.rows).toEqual([
      ["1 Nov 2026", "0%"],
      ["2 Nov 2026", "–"],
      ["3 Nov 2026", "20%"],
    ]);
  });

  it("are empty for a key figure that the answer has no trend of", () => {
    expect(pointsOf(trends, "precision")).toEqual([]);
  });
});
