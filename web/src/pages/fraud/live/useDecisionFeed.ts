/** The feed of decisions over the socket: subscribed with filters, and continued after the last event it has seen. */
import { useEffect, useMemo, useReducer, useRef } from "react";
import type { SocketState } from "@/live/socket";
import { useSocket } from "@/live/useSocket";
import type { ListedDecision } from "../parts/decisions";
import { type Action, admits, type Feed, type Filters, filtersOf, NOTHING, reduce } from "./feed";

const EVENTS = ["fraud:decision", "metrics:updated", "pipeline:health"];

export type DecisionFeed = {
  feed: Feed;
  state: SocketState;
  dispatch: (action: Action) => void;
  /** Asks for the decisions that came too fast. */
  recover: () => void;
};

/** `seed` are the newest decisions of before; they are shown until newer ones take their place. */
export function useDecisionFeed(filters: Filters, seed: readonly ListedDecision[] | undefined): DecisionFeed {
  const [feed, dispatch] = useReducer(reduce, NOTHING);
  const lastId = useRef<number | null>(null);
  const { outcome, minScore, merchant } = filters;
  const wanted = useMemo(() => ({ outcome, minScore, merchant }), [outcome, minScore, merchant]);
  const subscription = (since: number | null) => ({
    action: "subscribe",
    events: EVENTS,
    filters: filtersOf(wanted),
    ...(since === null ? {} : { since }),
  });
  const { state, send } = useSocket({
    path: "/ws/analytics",
    onOpen: (sendNow) => sendNow(subscription(lastId.current)),
    onMessage: (data) => dispatch({ kind: "message", data }),
  });
  const subscribe = useRef(subscription);
  useEffect(() => {
    subscribe.current = subscription;
    lastId.current = feed.lastId;
  });

  const subscribed = useRef(wanted);
  useEffect(() => {
    if (subscribed.current === wanted) return;
    subscribed.current = wanted;
    dispatch({ kind: "reset" });
    send(subscribe.current(null));
  }, [wanted, send]);

  useEffect(() => {
    if (seed !== undefined)
      dispatch({ kind: "seed", decisions: seed.filter((each) => admits(wanted, each)) });
  }, [seed, wanted]);

  const recover = () => {
    if (feed.dropped === null) return;
    send(subscription(feed.dropped.after));
    dispatch({ kind: "recover" });
  };
  return { feed, state, dispatch, recover };
}
