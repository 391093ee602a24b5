import { describe, expect, it } from "vitest";
import type { components } from "@/api/schema.gen";
import { conditionWords, summarize } from "./ruleSummary";

const RULE: components["schemas"]["AlertRuleRequest"] = {
  name: "Revenue is low",
  description: "",
  enabled: true,
  severity: "high",
  metric: "revenue:sum",
  condition: { type: "below", threshold: 500 },
  window: "PT1H",
  evaluate_every: "PT5M",
  for: "PT0S",
  no_data: "ignore",
  use_provisional: false,
  notify: [],
};

describe("the summary of a rule", () => {
  it("says what is checked when, and when an alert resolves", () => {
    const [fires, clears] = summarize(RULE, "EUR");

    expect(fires).toBe(
      "Every 5 minutes: if Revenue, sum over 1 hour is below €500.00, an alert of high severity is raised.",
    );
    expect(clears).toBe("It resolves as soon as the condition no longer holds.");
  });

  it("names the delay, the data, the groups and the clearing value", () => {
    const words = summarize(
      {
        ...RULE,
        for: "PT15M",
        recovery: 600,
        filters: { region: ["EU", "US"] },
        group_by: "region",
        enabled: false,
        notify: [{ type: "topic" }, { type: "webhook", url: "https://hooks.example.com" }],
      },
      "EUR",
    );

    expect(words[0]).toBe(
      "Every 5 minutes and for each region by itself: if Revenue, sum over 1 hour, only data with region EU or US, is below €500.00, and still after 15 minutes, an alert of high severity is raised.",
    );
    expect(words).toContain("It resolves at €600.00 or more.");
    expect(words).toContain("It notifies the subscribers of the platform and a webhook.");
    expect(words).toContain("It is not evaluated at present.");
  });

  it("says that metrics without a history are judged as they are now", () => {
    const words = summarize(
      { ...RULE, metric: "pipeline:merge:freshness", condition: { type: "above", threshold: 90_000 } },
      null,
    );

    expect(words[0]).toContain("if Pipeline merge, freshness is above 1 d,");
    expect(words).toContain("The value at the time of the check counts.");
    expect(words).not.toContain("Windows end where the data are complete.");
  });
});

describe("conditions in words", () => {
  it.each([
    [{ type: "above", threshold: 0.15 }, "is above 15%"],
    [{ type: "outside", low: 0.1, high: 0.2 }, "is below 10% or above 20%"],
    [{ type: "change_below", percent: -50 }, "has fallen by more than 50% against the window before"],
    [{ type: "change_below", percent: 5 }, "has risen by less than 5% against the window before"],
    [
      { type: "change_above", percent: 20, against: "week_before" },
      "has risen by more than 20% against the same window a week before",
    ],
    [{ type: "change_above", percent: -5 }, "has fallen by less than 5% against the window before"],
    [{ type: "anomaly" }, "is more than 8 deviations away from the usual value of that hour of the week"],
  ] as const)("%j", (condition, words) => {
    expect(conditionWords("decline_rate", condition, null)).toBe(words);
  });
});
