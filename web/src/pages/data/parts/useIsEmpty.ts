/** Whether nothing was ever delivered or configured, so that visitors who may import begin with that. */
import { useEffect } from "react";
import { useApi } from "@/api/queries";
import { may } from "@/session/session";

const KEY = "tally.hasData";

/** Returns undefined until it is known. A platform that had data once is not asked again by this browser. */
export function useIsEmpty(): boolean | undefined {
  const isKnown = localStorage.getItem(KEY) !== null || !may("ingest:read") || !may("ingest:write");
  const sources = useApi("/api/v1/ingest/sources", {
    query: { size: 1, active_only: "false" },
    enabled: !isKnown,
  });
  const total = sources.data?.totalElements;
  useEffect(() => {
    if (total !== undefined && total > 0) localStorage.setItem(KEY, "yes");
  }, [total]);
  if (isKnown || sources.isError) return false;
  return total === undefined ? undefined : total === 0;
}
