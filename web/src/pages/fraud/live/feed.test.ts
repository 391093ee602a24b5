import { describe, expect, it } from "vitest";
import { admits, type Feed, filtersOf, MOST_SHOWN, NOTHING, reduce } from "./feed";

const decision = (decisionId: string, more: object = {}) => ({
  decisionId,
  timestamp: "2026-11-30T12:00:00Z",
  score: 0.4,
  outcome: "review",
  amount: 10,
  currency: "USD",
  merchant: "play-yard",
  channel: "web",
  riskBand: null,
  modelVersion: "lr-4",
  ...more,
});
const event = (id: number, decisionId: string, more: object = {}) => ({
  kind: "message" as const,
  data: { event: "fraud:decision", id, data: { decision: decision(decisionId), metrics: null }, ...more },
});
const idsOf = ({ decisions }: Feed) => decisions.map(({ decisionId }) => decisionId);

describe("the feed of decisions", () => {
  it("shows the newest decision first, before those that were there already", () => {
    const seeded = reduce(NOTHING, { kind: "seed", decisions: [decision("old")] });
    const feed = [event(1, "a"), event(2, "b")].reduce(reduce, seeded);
    expect(idsOf(feed)).toEqual(["b", "a", "old"]);
    expect([...feed.fresh]).toEqual(["a", "b"]);
    expect(feed.lastId).toBe(2);
  });

  it("shows a decision that came again once, and never more than fit", () => {
    const many = Array.from({ length: MOST_SHOWN + 5 }, (_, place) => event(place + 1, `d${place}`));
    const feed = [...many, event(999, "d204")].reduce(reduce, NOTHING);
    expect(feed.decisions).toHaveLength(MOST_SHOWN);
    expect(new Set(idsOf(feed)).size).toBe(MOST_SHOWN);
    expect(idsOf(feed)[0]).toBe("d204");
  });

  it("holds decisions while it is paused, and shows them when it goes on", () => {
    const paused = [event(2, "b"), event(3, "c")].reduce(
      reduce,
      reduce(reduce(NOTHING, event(1, "a")), { kind: "pause" }),
    );
    expect(idsOf(paused)).toEqual(["a"]);
    expect(paused.waiting).toBe(2);
    const gone = reduce(paused, { kind: "continue" });
    expect(idsOf(gone)).toEqual(["c", "b", "a"]);
    expect(gone.held).toBeNull();
  });

  it("adds up dropped decisions, and remembers after which event the first of them came", () => {
    const feed = [
      event(10, "a", { dropped: 3, droppedAfter: 6 }),
      {
        kind: "message" as const,
        data: { event: "dropped", id: 20, data: {}, dropped: 2, droppedAfter: 15 },
      },
    ].reduce(reduce, NOTHING);
    expect(feed.dropped).toEqual({ count: 5, after: 6 });
    expect(reduce(feed, { kind: "recover" }).dropped).toBeNull();
  });

  it("says when events were lost, and what the platform complains about", () => {
    const messages = [
      { event: "subscribed", id: 7, data: { events: [], filters: {}, gap: true } },
      { event: "error", id: 7, data: { code: "rate_limited", message: "Send less" } },
    ];
    const feed = messages.reduce((state: Feed, data) => reduce(state, { kind: "message", data }), NOTHING);
    expect(feed.hasGap).toBe(true);
    expect(feed.problem).toBe("Send less");
  });

  it("keeps the newest health of a pipeline with its causes", () => {
    const data = {
      event: "pipeline:health",
      id: 8,
      data: { pipelineId: "merge", status: "degraded", alerts: [{ stage: "merge", cause: "late" }] },
    };
    expect(reduce(NOTHING, { kind: "message", data }).health.merge).toEqual({
      pipelineId: "merge",
      status: "degraded",
      causes: ["late"],
    });
  });

  it("ignores what is not an event", () => {
    for (const data of [null, "x", {}, { event: "fraud:decision", data: { decision: {} } }]) {
      expect(reduce(NOTHING, { kind: "message", data })).toBe(NOTHING);
    }
  });
});

describe("filters", () => {
  it("names only what is filtered by", () => {
    expect(filtersOf({ outcome: "", minScore: null, merchant: "" })).toEqual({});
    expect(filtersOf({ outcome: "decline", minScore: 0, merchant: "m" })).toEqual({
      outcome: "decline",
      minScore: 0,
      merchant: "m",
    });
  });

  it("admits the decisions that meet all of them", () => {
    const found = decision("a");
    expect(admits({ outcome: "review", minScore: 0.4, merchant: "play-yard" }, found)).toBe(true);
    expect(admits({ outcome: "decline", minScore: null, merchant: "" }, found)).toBe(false);
    expect(admits({ outcome: "", minScore: 0.41, merchant: "" }, found)).toBe(false);
    expect(admits({ outcome: "", minScore: null, merchant: "other" }, found)).toBe(false);
  });
});
