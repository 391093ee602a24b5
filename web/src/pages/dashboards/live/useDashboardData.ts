/** The data of a dashboard: read once, then kept up to date by its socket; read at intervals while that is lost. */
import { type QueryClient, useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { call } from "@/api/client";
import type { ApiError } from "@/api/errors";
import { keyOf } from "@/api/queries";
import type { SocketState } from "@/live/socket";
import { useSocket } from "@/live/useSocket";
import { answered, type Effect, effectsOf, type LiveData, received } from "./state";

const DATA = "/api/v1/dashboards/{dashboard_id}/data";
export const DASHBOARD = "/api/v1/dashboards/{dashboard_id}";

/** Windows move with the present, also when nothing is pushed because nothing has changed. */
const EVERY_LIVE = 300_000;
const EVERY_LOST = 30_000;
const NOTHING: LiveData = { widgets: {}, lastUpdated: null };

export type LiveDashboard = {
  query: UseQueryResult<LiveData, ApiError>;
  socket: SocketState;
  /** Whether the dashboard was deleted, or is private now. */
  isGone: boolean;
  /** Reads the data again: all of them, or those of a widget. */
  refresh: (widgetId?: string) => void;
};

export function useDashboardData(id: string): LiveDashboard {
  const client = useQueryClient();
  const cache = useMemo(() => cacheOf(client, id), [client, id]);
  const [isGone, setGone] = useState(false);
  const sequence = useRef(1);
  const isLive = useRef(false);
  /** The widgets that were pushed since the last read began. */
  const pushed = useRef(new Set<string>());

  const query = useQuery<LiveData, ApiError>({
    queryKey: cache.key,
    queryFn: async ({ signal }) => {
      pushed.current = new Set();
      const answer = await call("get", DATA, { path: cache.path, signal });
      return answered(answer, cache.get(), pushed.current, now());
    },
    enabled: !isGone,
    refetchInterval: () => (isLive.current ? EVERY_LIVE : EVERY_LOST),
  });

  const run = (effect: Effect) => {
    switch (effect.kind) {
      case "show":
        for (const each of effect.widgets) pushed.current.add(each);
        cache.change(effect.change);
        return;
      case "fetch":
        for (const each of effect.widgets) cache.refresh(each);
        return;
      case "fetch all":
        cache.refresh();
        return;
      case "read dashboard":
        cache.readDashboard();
        return;
      case "ask again":
        send({ action: "refresh" });
        return;
      case "end":
        setGone(true);
    }
  };
  const { state, send } = useSocket({
    // After the first answer, which would otherwise be computed twice at the same time.
    path: query.isFetched ? `/ws/dashboards/${encodeURIComponent(id)}` : null,
    onOpen: () => {
      sequence.current = 1;
    },
    onMessage: (message) => {
      const { effects, next } = effectsOf(message, sequence.current);
      sequence.current = next;
      effects.forEach(run);
    },
  });
  useEffect(() => {
    isLive.current = state === "open";
  }, [state]);
  return { query, socket: state, isGone, refresh: cache.refresh };
}

/** The data of a dashboard in the cache. */
function cacheOf(client: QueryClient, id: string) {
  const path = { dashboard_id: id };
  const key = keyOf(DATA, { path });
  const change = (apply: (data: LiveData) => LiveData) => {
    client.setQueryData<LiveData>(key, (data) => apply(data ?? NOTHING));
  };
  const readWidget = async (widgetId: string) => {
    const answer = await call("get", DATA, { path, query: { "widget_ids[]": widgetId } });
    change((data) => ({ ...data, widgets: { ...data.widgets, ...received(answer.data, now()) } }));
  };
  return {
    path,
    key,
    change,
    get: () => client.getQueryData<LiveData>(key),
    readDashboard: () => void client.invalidateQueries({ queryKey: keyOf(DASHBOARD, { path }) }),
    refresh: (widgetId?: string) => {
      // A widget that cannot be read stays as it is, with its offer to try again.
      if (widgetId !== undefined) readWidget(widgetId).catch(() => undefined);
      else void client.refetchQueries({ queryKey: key });
    },
  };
}

function now(): string {
  return new Date().toISOString();
}
