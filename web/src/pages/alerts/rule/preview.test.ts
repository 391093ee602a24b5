import { describe, expect, it } from "vitest";
import type { Result } from "@/api/client";
import type { RuleRequest } from "../ruleForm";
import { previewChart, thresholdsOf } from "./previewChart";
import { hasTrend, lineOfMetric, lineOfTrend, metricsQuery } from "./previewLine";

const RULE: RuleRequest = {
  name: "Revenue is low",
  description: "",
  enabled: true,
  severity: "high",
  metric: "revenue:sum",
  condition: { type: "below", threshold: 500 },
  window: "P1D",
  evaluate_every: "P1D",
  for: "PT0S",
  no_data: "ignore",
  use_provisional: false,
  notify: [],
};
const WEEK = { start: "2026-11-01T00:00:00.000Z", end: "2026-11-08T00:00:00.000Z" };
const YEAR = { start: "2025-11-08T00:00:00.000Z", end: "2026-11-08T00:00:00.000Z" };

describe("the line of a business metric", () => {
  it("asks for buckets of the length of the rule's windows, and for its data alone", () => {
    const query = metricsQuery({ ...RULE, filters: { region: ["EU", "US"], currency: ["EUR"] } }, WEEK);

    expect(query).toMatchObject({
      metric_type: "revenue",
      aggregation: "sum",
      granularity: "daily",
      timezone: "UTC",
      "time_range[start]": WEEK.start,
      "filters[region][]": ["EU", "US"],
      "filters[currency]": "EUR",
    });
  });

  it("has what fits the range where there are no such buckets", () => {
    expect(metricsQuery({ ...RULE, window: "PT6H" }, WEEK)?.granularity).toBe("hourly");
    expect(metricsQuery({ ...RULE, window: "PT6H" }, YEAR)?.granularity).toBe("daily");
  });

  it("is not there for groups, nor for other metrics", () => {
    expect(metricsQuery({ ...RULE, group_by: "region" }, WEEK)).toBeNull();
    expect(metricsQuery({ ...RULE, metric: "decline_rate" }, WEEK)).toBeNull();
  });

  it("has whole past buckets at their ends, where rules judge windows", () => {
    const answer = {
      granularity: "daily",
      currency: "EUR",
      data: [
        { timestamp: "2026-11-01T00:00:00Z", value: 1, partial: true },
        { timestamp: "2026-11-02T00:00:00Z", value: 2, partial: false },
        { timestamp: "2999-11-03T00:00:00Z", value: 3, partial: false },
      ],
    } as unknown as Result<"/api/v1/analytics/metrics">;

    expect(lineOfMetric(RULE, answer)).toEqual({
      points: [["2026-11-03T00:00:00.000Z", 2]],
      step: 1440,
      isJudged: true,
      currency: "EUR",
    });
  });
});

describe("the line of a KPI", () => {
  it("is its trend, of all decisions together", () => {
    const rule = { ...RULE, metric: "decline_rate", window: "PT6H" };
    const answer = {
      currency: "USD",
      trends: [
        { metric: "recall", dataPoints: [] },
        {
          metric: "declineRate",
          dataPoints: [
            { timestamp: "2026-11-01T00:00:00Z", value: null },
            { timestamp: "2026-11-01T06:00:00Z", value: 0.2 },
          ],
        },
      ],
    } as unknown as Result<"/api/v1/analytics/dashboard">;

    expect(hasTrend(rule)).toBe(true);
    expect(hasTrend({ ...rule, filters: { channel: ["web"] } })).toBe(false);
    expect(lineOfTrend(rule, answer)).toMatchObject({
      points: [
        ["2026-11-01T06:00:00.000Z", null],
        ["2026-11-01T12:00:00.000Z", 0.2],
      ],
      step: 360,
      isJudged: true,
    });
  });
});

describe("the preview", () => {
  const alerts = [{ fired_at: "2026-11-03T00:00:00Z", cleared_at: null, peak_value: 3 }];
  const options = {
    rule: RULE,
    alerts,
    range: WEEK,
    timeZone: "UTC",
    format: String,
    axis: String,
  };

  it("lists the alerts where there is no line", () => {
    const { table } = previewChart({ ...options, line: null });

    expect(table.rows).toEqual([["3 Nov 2026, 00:00 UTC", "still open", "3"]]);
  });

  it("draws an alert that is still open up to the end of the range", () => {
    const { option } = previewChart({ ...options, line: null });
    const [series] = option.series as { markArea: { data: unknown } }[];

    expect(series?.markArea.data).toEqual([[{ xAxis: "2026-11-03T00:00:00Z" }, { xAxis: WEEK.end }]]);
  });

  it("has no threshold for conditions whose threshold moves", () => {
    expect(thresholdsOf(RULE)).toEqual([500]);
    expect(thresholdsOf({ ...RULE, condition: { type: "outside", low: 1, high: 2 } })).toEqual([1, 2]);
    expect(thresholdsOf({ ...RULE, condition: { type: "change_below", percent: -20 } })).toEqual([]);
  });
});
