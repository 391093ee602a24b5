/** What the live page shows, as a function of the messages of `/ws/analytics` and of what people do. */
import * as z from "zod/mini";
import { type Kpis, KPI_NAMES } from "@/format/kpis";
import type { ListedDecision } from "../parts/decisions";

/** As many decisions as a table shows with ease; older ones make room. */
export const MOST_SHOWN = 200;

export type Health = { pipelineId: string; status: string; causes: readonly string[] };

export type Feed = {
  /** The newest first. */
  decisions: readonly ListedDecision[];
  /** Those that came while the feed was paused, the newest first; null while it is not. */
  held: readonly ListedDecision[] | null;
  /** How many decisions came while it was paused. */
  waiting: number;
  /** The decisions that have come since the page was opened, to tell them from those that were there before. */
  fresh: ReadonlySet<string>;
  /** The id of the last event: what comes after it is asked for once the connection is back. */
  lastId: number | null;
  /** How many decisions came too fast to be sent, and the id after which they can be asked for. */
  dropped: { count: number; after: number } | null;
  /** Whether events were lost because the connection was away for too long. */
  hasGap: boolean;
  /** The key figures of the UTC day so far. */
  kpis: Kpis | null;
  health: Readonly<Record<string, Health>>;
  problem: string | null;
};

export const NOTHING: Feed = {
  decisions: [],
  held: null,
  waiting: 0,
  fresh: new Set(),
  lastId: null,
  dropped: null,
  hasGap: false,
  kpis: null,
  health: {},
  problem: null,
};

export type Action =
  | { kind: "message"; data: unknown }
  | { kind: "seed"; decisions: readonly ListedDecision[] }
  | { kind: "pause" }
  | { kind: "continue" }
  | { kind: "recover" }
  | { kind: "reset" };

const text = z.nullable(z.string());
const decision = z.object({
  decisionId: z.string(),
  timestamp: z.string(),
  score: z.number(),
  outcome: z.string(),
  amount: z.nullable(z.number()),
  currency: text,
  merchant: text,
  channel: text,
  riskBand: text,
  modelVersion: text,
});
const kpis = z.object(Object.fromEntries(KPI_NAMES.map((name) => [name, z.nullable(z.number())])));
const alerts = z.array(z.looseObject({ stage: z.string(), cause: z.optional(text) }));
const message = z.looseObject({
  event: z.string(),
  id: z.optional(z.number()),
  dropped: z.optional(z.number()),
  droppedAfter: z.optional(z.number()),
  data: z.looseObject({
    decision: z.optional(decision),
    metrics: z.optional(z.nullable(kpis)),
    kpis: z.optional(kpis),
    gap: z.optional(z.boolean()),
    pipelineId: z.optional(z.string()),
    status: z.optional(z.string()),
    alerts: z.optional(alerts),
    message: z.optional(z.string()),
  }),
});
type Message = z.infer<typeof message>;

export function reduce(feed: Feed, action: Action): Feed {
  switch (action.kind) {
    case "message": {
      const parsed = message.safeParse(action.data);
      return parsed.success ? received(feed, parsed.data) : feed;
    }
    case "seed":
      return { ...feed, decisions: merged(feed.decisions, action.decisions) };
    case "pause":
      return { ...feed, held: [], waiting: 0 };
    case "continue":
      return { ...feed, decisions: merged(feed.held ?? [], feed.decisions), held: null, waiting: 0 };
    case "recover":
      return { ...feed, dropped: null };
    case "reset":
      return { ...NOTHING, kpis: feed.kpis, health: feed.health };
  }
}

function received(feed: Feed, { event, id, data, dropped, droppedAfter }: Message): Feed {
  const next: Feed = {
    ...feed,
    lastId: id === undefined ? feed.lastId : Math.max(id, feed.lastId ?? 0),
    dropped: dropped === undefined ? feed.dropped : together(feed.dropped, dropped, droppedAfter),
    hasGap: feed.hasGap || data.gap === true,
  };
  if (event === "error") return { ...next, problem: data.message ?? event };
  if (event === "fraud:decision" && data.decision) return withDecision(next, data.decision, data.metrics);
  if (event === "metrics:updated" && data.kpis) return { ...next, kpis: data.kpis as Kpis };
  if (event === "pipeline:health" && data.pipelineId !== undefined && data.status !== undefined) {
    const causes = (data.alerts ?? []).map(({ stage, cause }) => cause ?? stage);
    const health = { pipelineId: data.pipelineId, status: data.status, causes };
    return { ...next, health: { ...feed.health, [data.pipelineId]: health } };
  }
  return next;
}

function withDecision(feed: Feed, found: ListedDecision, metrics: Message["data"]["metrics"]): Feed {
  const fresh = new Set(feed.fresh).add(found.decisionId);
  const present = { ...feed, fresh, kpis: metrics ? (metrics as Kpis) : feed.kpis };
  if (feed.held === null) return { ...present, decisions: merged([found], feed.decisions) };
  return { ...present, held: merged([found], feed.held), waiting: feed.waiting + 1 };
}

function together(former: Feed["dropped"], count: number, after: number | undefined): Feed["dropped"] {
  if (former === null) return { count, after: after ?? 0 };
  return { count: former.count + count, after: Math.min(former.after, after ?? former.after) };
}

/** Returns both lists as one: of a decision in both, the version of the first; not more than fit. */
function merged(first: readonly ListedDecision[], then: readonly ListedDecision[]): ListedDecision[] {
  const known = new Set(first.map(({ decisionId }) => decisionId));
  return [...first, ...then.filter(({ decisionId }) => !known.has(decisionId))].slice(0, MOST_SHOWN);
}

export type Filters = { outcome: string; minScore: number | null; merchant: string };

/** Returns the filters in the form of the platform's `subscribe`. */
export function filtersOf({ outcome, minScore, merchant }: Filters): object {
  return {
    ...(outcome === "" ? {} : { outcome }),
    ...(minScore === null ? {} : { minScore }),
    ...(merchant === "" ? {} : { merchant }),
  };
}

/** Whether a decision that was there before meets the filters. */
export function admits({ outcome, minScore, merchant }: Filters, found: ListedDecision): boolean {
  return (
    (outcome === "" || found.outcome === outcome) &&
    (minScore === null || found.score >= minScore) &&
    (merchant === "" || found.merchant === merchant)
  );
}
