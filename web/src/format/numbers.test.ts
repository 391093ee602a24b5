import { describe, expect, it } from "vitest";
import {
  ABSENT,
  formatBytes,
  formatChange,
  formatMoney,
  formatNumber,
  formatPercent,
  formatSeconds,
} from "./numbers";

describe("numbers", () => {
  it("shows what is absent or not finite as a dash, never as zero", () => {
    for (const absent of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(formatNumber(absent)).toBe(ABSENT);
      expect(formatMoney(absent, "USD")).toBe(ABSENT);
      expect(formatPercent(absent)).toBe(ABSENT);
      expect(formatSeconds(absent)).toBe(ABSENT);
      expect(formatBytes(absent)).toBe(ABSENT);
    }
    expect(formatNumber(0)).toBe("0");
  });

  it("groups digits and rounds to the digits asked for", () => {
    expect(formatNumber(1234567.891)).toBe("1,234,567.89");
    expect(formatNumber(0.12345, 4)).toBe("0.1235");
  });

  it("spells amounts with the decimals of their currency", () => {
    expect(formatMoney(1234.5, "USD")).toBe("$1,234.50");
    expect(formatMoney(1234.5, "JPY")).toBe("¥1,235");
  });

  it("gives changes a sign, except for none", () => {
    expect(formatChange(12.34)).toBe("+12.3%");
    expect(formatChange(-3)).toBe("-3%");
    expect(formatChange(0)).toBe("0%");
  });

  it("uses the largest unit that fits", () => {
    expect([1, 90, 5400, 172_800].map(formatSeconds)).toEqual(["1 s", "1.5 min", "1.5 h", "2 d"]);
    expect([0, 999, 4_700_000, 5e9].map(formatBytes)).toEqual(["0 B", "999 B", "4.7 MB", "5 GB"]);
  });
});
