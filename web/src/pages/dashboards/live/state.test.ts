import { describe, expect, it } from "vitest";
import { answered, type Effect, effectsOf, type LiveData } from "./state";

const AT = "2026-11-30T12:00:00Z";
const widget = (id: string, data: unknown) => ({
  widget_id: id,
  data,
  status: "success" as const,
  error_message: null,
  cache_status: "hit" as const,
});
const answer = (data: Record<string, ReturnType<typeof widget>>) => ({
  dashboard_id: "d",
  data,
  last_updated: AT,
  next_refresh: AT,
});

function applied(effects: readonly Effect[], data: LiveData): LiveData {
  return effects.reduce((found, effect) => (effect.kind === "show" ? effect.change(found) : found), data);
}

describe("live data", () => {
  const data = answered(answer({ a: widget("a", 1), b: widget("b", 2) }), undefined, new Set(), AT);

  it("changes only the widget that an update names", () => {
    const update = { type: "widget_update", sequence: 2, widget_id: "a", data: 5, timestamp: AT };
    const { effects, next } = effectsOf(update, 2);
    const after = applied(effects, data);

    expect(next).toBe(3);
    expect(after.widgets.a?.data).toBe(5);
    expect(after.widgets.b).toBe(data.widgets.b);
  });

  it("asks for everything again after a gap in the numbers", () => {
    const late = { type: "widget_update", sequence: 4, widget_id: "a", data: 5, timestamp: AT };

    expect(effectsOf(late, 2).effects.map(({ kind }) => kind)).toEqual(["show", "ask again"]);
    expect(effectsOf({ ...late, type: "dashboard_refresh" }, 2).effects.map(({ kind }) => kind)).toEqual([
      "read dashboard",
      "fetch all",
    ]);
  });

  it("fetches what was too large to be pushed", () => {
    const large = { type: "widget_update", sequence: 1, widget_id: "a", fetch: true, timestamp: AT };

    expect(effectsOf(large, 1).effects).toEqual([{ kind: "fetch", widgets: ["a"] }]);
  });

  it("replaces everything by a refresh", () => {
    const content = { data: { c: widget("c", 3) }, last_updated: AT };
    const { effects } = effectsOf(
      { type: "dashboard_refresh", sequence: 1, data: content, timestamp: AT },
      1,
    );

    expect(Object.keys(applied(effects, data).widgets)).toEqual(["c"]);
  });

  it("shows the error of a widget, and ends with that of the dashboard", () => {
    const failed = { type: "error", sequence: 1, widget_id: "a", error: "no rates", timestamp: AT };

    expect(applied(effectsOf(failed, 1).effects, data).widgets.a).toMatchObject({
      status: "error",
      error_message: "no rates",
    });
    expect(effectsOf({ type: "error", close: 1008, error: "gone", timestamp: AT }, 1).effects).toEqual([
      { kind: "end" },
    ]);
  });

  it("keeps what was pushed while an older answer was under way", () => {
    const after = answered(answer({ a: widget("a", 7), b: widget("b", 8) }), data, new Set(["a"]), AT);

    expect([after.widgets.a?.data, after.widgets.b?.data]).toEqual([1, 8]);
  });

  it("ignores what is no message", () => {
    expect(effectsOf("nonsense", 3)).toEqual({ effects: [], next: 3 });
  });
});
