import { describe, expect, it } from "vitest";
import { formatDuration, minutesOf, readDuration, writeDuration } from "./durations";

describe("durations", () => {
  it.each([
    ["PT5M", "5 minutes"],
    ["PT1H", "1 hour"],
    ["PT90M", "90 minutes"],
    ["PT36H", "36 hours"],
    ["P1DT12H", "36 hours"],
    ["P1D", "1 day"],
    ["PT24H", "1 day"],
    ["P2W", "14 days"],
    ["PT0S", "0 minutes"],
  ])("%s is read as %s", (iso, words) => {
    expect(formatDuration(iso)).toBe(words);
  });

  it.each(["PT5M", "PT1H", "P1D", "P30D", "PT36H", "PT90S"])("%s is written as it was read", (iso) => {
    expect(writeDuration(readDuration(iso))).toBe(iso);
  });

  it("weeks are written as days, which every reader of ISO 8601 knows", () => {
    expect(writeDuration({ amount: 2, unit: "week" })).toBe("P14D");
  });

  it("what is no duration is shown as it is, and has no length", () => {
    expect(formatDuration("soon")).toBe("soon");
    expect(minutesOf("P")).toBeNull();
    expect(minutesOf("PT")).toBeNull();
  });

  it("an amount that is not typed yet is written as nothing", () => {
    expect(writeDuration({ amount: null, unit: "hour" })).toBe("");
  });
});
