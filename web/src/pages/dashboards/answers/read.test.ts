import { describe, expect, it } from "vitest";
import type { Widget, WidgetType } from "../model";
import { shownOf } from "./read";

const METADATA = { data_freshness: "2026-11-30T12:00:00Z", provisional: true, excluded_records: 3 };
const METRIC = {
  metric_type: "revenue",
  time_range: { start: "2026-11-29T00:00:00Z", end: "2026-12-01T00:00:00Z" },
  granularity: "daily",
  currency: "USD",
  data: [
    { timestamp: "2026-11-29T00:00:00Z", value: 10.5, additional_metrics: { lines: 2 } },
    { timestamp: "2026-11-30T00:00:00Z", value: 20, additional_metrics: { lines: 3 } },
  ],
  summary: { total: 30.5, change_from_previous: -10, change_percentage: -24.7 },
  metadata: METADATA,
};
const HOSTILE = "<script>alert(1)</script>";
const GROUPS = {
  metric_type: "revenue",
  group_by: "region",
  currency: "EUR",
  groups: [
    {
      name: "US",
      country: { alpha_3: "USA", name: "United States" },
      total: 60,
      share: 60,
      change_from_previous: 1,
      change_percentage: null,
    },
    { name: HOSTILE, total: 40, share: 40, change_from_previous: 0, change_percentage: 0 },
  ],
  unmatched: [HOSTILE],
  metadata: METADATA,
};

function widget(type: WidgetType, configuration: Record<string, unknown>): Widget {
  const position = { x: 0, y: 0, w: 4, h: 2 };
  return { widget_id: "w", type, title: "T", position, configuration, refresh_interval: 60 };
}

describe("what widgets show", () => {
  it("has the numbers of the answer, its freshness, and what it leaves out", () => {
    const shown = shownOf(widget("metric_card", {}), METRIC);

    expect(shown).toMatchObject({
      view: {
        kind: "card",
        figures: [{ value: "$30.50", exact: "30.5", change: { text: "-24.7%", tone: "bad" } }],
      },
      at: METADATA.data_freshness,
      provisional: true,
    });
    expect(shown?.notes).toHaveLength(1);
  });

  it("shows a dash where a metric has no value at all, never 0", () => {
    const nothing = {
      ...METRIC,
      data: [],
      summary: { total: 0, change_from_previous: 0, change_percentage: null },
    };

    expect(shownOf(widget("metric_card", {}), nothing)?.view).toMatchObject({ figures: [{ value: "–" }] });
  });

  it("lists the newest bucket first in a table, beside the period before", () => {
    const compared = { ...METRIC, comparison: { previous_period: METRIC.data.slice(0, 1) } };
    const view = shownOf(widget("table", {}), compared)?.view;

    expect(
      view?.kind === "table"
        ? view.rows.map((row) => row.map((cell) => (typeof cell === "string" ? cell : cell.text)))
        : [],
    ).toEqual([
      ["30 Nov 2026", "$20.00", "–", "3"],
      ["29 Nov 2026", "$10.50", "$10.50", "2"],
    ]);
  });

  it("puts countries on the map, and lists everything else", () => {
    expect(shownOf(widget("map", { group_by: "region" }), GROUPS)?.view).toMatchObject({
      kind: "map",
      regions: [{ code: "USA", name: "United States", value: 60 }],
      unmatched: [{ name: HOSTILE, value: "€40.00" }],
    });
  });

  it("draws no ring of what does not add up", () => {
    const rates = {
      ...GROUPS,
      metric_type: "conversion",
      groups: GROUPS.groups.map((each) => ({ ...each, share: null })),
    };
    const view = shownOf(widget("pie_chart", { group_by: "region" }), rates)?.view;

    expect(view?.kind === "chart" ? view.drawn.option.series : null).toMatchObject([{ type: "bar" }]);
  });

  it("does without an answer that is not what its source returns", () => {
    expect(shownOf(widget("table", {}), { groups: "many" })).toBeNull();
    expect(shownOf(widget("table", { source: "elsewhere" }), METRIC)).toBeNull();
  });
});
