/** The data of a dashboard as the page holds them: what the API answered, changed by what it pushed since. Pure. */
import * as z from "zod/mini";
import type { DashboardData, WidgetData } from "../model";

/** The data of a widget, and when they were received. */
export type WidgetState = WidgetData & { receivedAt: string };
export type LiveData = { widgets: Readonly<Record<string, WidgetState>>; lastUpdated: string | null };

const widgetData = z.object({
  widget_id: z.string(),
  data: z.unknown(),
  status: z.enum(["success", "loading", "error"]),
  error_message: z._default(z.nullable(z.string()), null),
  cache_status: z.enum(["hit", "miss", "stale"]),
});
const message = z.looseObject({
  type: z.string(),
  sequence: z.optional(z.number()),
  timestamp: z.string(),
  widget_id: z.optional(z.string()),
  data: z.optional(z.unknown()),
  error: z.optional(z.nullable(z.string())),
  close: z.optional(z.number()),
  fetch: z.optional(z.boolean()),
});
const whole = z.looseObject({ data: z.record(z.string(), widgetData), last_updated: z.string() });

export type Message = z.infer<typeof message>;

/** What a message asks the page to do, beside showing what it contains. */
export type Effect =
  | { kind: "show"; change: (data: LiveData) => LiveData; widgets: readonly string[] }
  | { kind: "fetch"; widgets: readonly string[] }
  | { kind: "fetch all" }
  /** The dashboard itself may have changed. */
  | { kind: "read dashboard" }
  /** Messages were lost. */
  | { kind: "ask again" }
  | { kind: "end" };

/** Returns what to do about a message; `expected` is the number that it should have. */
export function effectsOf(received: unknown, expected: number): { effects: Effect[]; next: number } {
  const parsed = message.safeParse(received);
  if (!parsed.success) return { effects: [], next: expected };
  const found = parsed.data;
  const number = found.sequence ?? expected;
  const isGap = number > expected && found.type !== "dashboard_refresh";
  const effects = [...contentOf(found), ...(isGap ? [{ kind: "ask again" } as const] : [])];
  return { effects, next: number + 1 };
}

function contentOf(found: Message): Effect[] {
  if (found.close === 1008) return [{ kind: "end" }];
  if (found.type === "dashboard_refresh") return [{ kind: "read dashboard" }, refreshOf(found)];
  const { widget_id: id } = found;
  if (id === undefined) return [];
  if (found.type === "widget_update") {
    return [
      found.fetch
        ? { kind: "fetch", widgets: [id] }
        : shown(id, found, { status: "success", data: found.data }),
    ];
  }
  return found.type === "error"
    ? [shown(id, found, { status: "error", error_message: found.error ?? null })]
    : [];
}

function refreshOf(found: Message): Effect {
  const parsed = whole.safeParse(found.data);
  if (found.fetch || !parsed.success) return { kind: "fetch all" };
  const { data, last_updated } = parsed.data;
  return {
    kind: "show",
    widgets: Object.keys(data),
    change: () => ({ widgets: received(data, found.timestamp), lastUpdated: last_updated }),
  };
}

function shown(id: string, found: Message, changed: Partial<WidgetData>): Effect {
  const state: WidgetState = {
    widget_id: id,
    data: null,
    status: "success",
    cache_status: "miss",
    receivedAt: found.timestamp,
    ...changed,
  };
  return {
    kind: "show",
    widgets: [id],
    change: (data) => ({ ...data, widgets: { ...data.widgets, [id]: state } }),
  };
}

/** Returns an answer of the API; widgets that were pushed since it was asked for stay as they are. */
export function answered(
  answer: DashboardData,
  former: LiveData | undefined,
  pushed: ReadonlySet<string>,
  at: string,
): LiveData {
  const fresh = received(answer.data, at);
  const kept = Object.entries(former?.widgets ?? {}).filter(([id]) => pushed.has(id));
  return { widgets: { ...fresh, ...Object.fromEntries(kept) }, lastUpdated: answer.last_updated };
}

/** Returns the data of widgets with the time at which they were received. */
export function received(
  data: Readonly<Record<string, WidgetData>>,
  at: string,
): Record<string, WidgetState> {
  return Object.fromEntries(Object.entries(data).map(([id, each]) => [id, { ...each, receivedAt: at }]));
}
