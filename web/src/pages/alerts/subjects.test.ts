import { describe, expect, it } from "vitest";
import { filtersOf, formatValue, groupsOf, parseSubject, subjectLabel, writeSubject } from "./subjects";

const METRICS: [string, string][] = [
  ["revenue:sum", "Revenue, sum"],
  ["transactions:count", "Transactions"],
  ["conversion:avg", "Conversion"],
  ["decline_rate", "Decline rate"],
  ["f1_score", "F1 score"],
  ["bounds:low:fraud_rate", "Lowest possible fraud rate"],
  ["drift:score", "Drift of score"],
  ["drift:a:b", "Drift of a:b"],
  ["quality_score", "Data quality score"],
  ["pipeline:merge:freshness", "Pipeline merge, freshness"],
  ["ingest:web-shop:silence", "Silence of source web-shop"],
];

describe("metrics of rules", () => {
  it.each(METRICS)("%s is called %s, and is written as it was read", (metric, label) => {
    expect(subjectLabel(metric)).toBe(label);
    expect(writeSubject(parseSubject(metric))).toBe(metric);
  });

  it.each([
    ["revenue:sum", 1234.5, "$1,234.50"],
    ["revenue:count", 3, "3"],
    ["decline_rate", 0.15, "15%"],
    ["fraud_loss", 12, "$12.00"],
    ["pipeline:merge:freshness", 90_000, "1 d"],
    ["pipeline:merge:completeness", 0.999, "99.9%"],
    ["quality_score", 80, "80"],
  ])("%s shows %d as %s", (metric, value, shown) => {
    expect(formatValue(metric, value, "USD")).toBe(shown);
  });

  it("a value that is absent is a dash", () => {
    expect(formatValue("revenue:sum", null, "USD")).toBe("–");
  });

  it("currencies filter sales, but are not judged separately", () => {
    expect(filtersOf(parseSubject("revenue:sum"))).toContain("currency");
    expect(groupsOf(parseSubject("revenue:sum"))).not.toContain("currency");
    expect(filtersOf(parseSubject("ingest:x:silence"))).toEqual([]);
  });
});
