import { describe, expect, it } from "vitest";
import {
  formatAgo,
  formatBucket,
  formatTick,
  formatTime,
  fromClock,
  rangeOf,
  startOfDay,
  type Step,
  toClock,
} from "./times";

const NOON = new Date("2026-03-29T12:00:00Z");

describe("times", () => {
  it("names the zone, also at the ends of the world", () => {
    expect(formatTime(NOON, "UTC")).toBe("29 Mar 2026, 12:00 UTC");
    expect(formatTime(NOON, "Pacific/Kiritimati")).toBe("30 Mar 2026, 02:00 GMT+14");
    expect(formatTime(NOON, "Etc/GMT+12")).toContain("29 Mar 2026, 00:00");
  });

  it("ends a window with the present day of the zone", () => {
    expect(rangeOf("7d", "UTC", NOON)).toEqual({
      start: "2026-03-23T00:00:00.000Z",
      end: "2026-03-30T00:00:00.000Z",
    });
    expect(rangeOf("7d", "Pacific/Kiritimati", NOON).end).toBe("2026-03-30T10:00:00.000Z");
  });

  it("keeps whole days when the clocks change", () => {
    const { start, end } = rangeOf("7d", "Europe/Berlin", NOON);

    expect([start, end]).toEqual(["2026-03-22T23:00:00.000Z", "2026-03-29T22:00:00.000Z"]);
    expect(startOfDay("2026-03-30", "Europe/Berlin")).toBe("2026-03-29T22:00:00.000Z");
  });

  it("are entered as the clock of a zone shows them", () => {
    expect(toClock("2026-03-29T12:00:00Z", "Pacific/Kiritimati")).toBe("2026-03-30 02:00:00");
    expect(fromClock("2026-03-30 02:00:00", "Pacific/Kiritimati")).toBe("2026-03-29T12:00:00.000Z");
  });

  it("says how long ago something was", () => {
    const now = NOON.getTime();
    expect(formatAgo(now - 90_000, now)).toBe("1 minute ago");
    expect(formatAgo(now - 3 * 86_400_000, now)).toBe("3 days ago");
    expect(formatAgo("not a time", now)).toBe("–");
  });

  it("names intervals by their length, in full and on an axis", () => {
    const steps: Step[] = ["hourly", "daily", "weekly", "monthly", "quarterly"];
    const start = "2026-10-01T00:00:00Z";

    expect(steps.map((step) => formatBucket(start, step, "UTC"))).toEqual([
      "1 Oct 2026, 00:00 UTC",
      "1 Oct 2026",
      "Week of 1 Oct 2026",
      "Oct 2026",
      "Q4 2026",
    ]);
    expect(steps.map((step) => formatTick(start, step, "UTC"))).toEqual([
      "1 Oct",
      "1 Oct",
      "1 Oct",
      "Oct",
      "Q4 2026",
    ]);
    expect(formatTick("2026-10-01T09:00:00Z", "hourly", "Europe/Berlin")).toBe("11:00");
    expect(formatBucket(null, "quarterly", "UTC")).toBe("–");
  });
});
