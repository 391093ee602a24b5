/** Reads a list that the API returns oldest first, turned around: its newest page comes first. */
import { useApi } from "./queries";
import type { Query } from "./client";
import { sliceOf } from "./newestFirst";

type Path =
  | "/api/v1/analytics/audit/logs"
  | "/api/v1/analytics/configuration/history"
  | "/api/v1/analytics/policy/history";

/** Returns page `number`, and how many items there are in all: undefined until the API has counted them. */
export function useNewestFirst<P extends Path>(path: P, number: number, size: number, filters?: Query<P>) {
  const count = useApi(path, { query: { ...filters, limit: 1 } as Query<P> });
  const total = count.data?.total;
  const page = useApi(path, {
    query: { ...filters, ...sliceOf(number, size, total ?? 0) } as Query<P>,
    enabled: (total ?? 0) > 0,
    keep: true,
  });
  return { total, query: (total ?? 0) > 0 ? page : count };
}
