/** Whether nothing was ever delivered or configured, so that visitors who may import begin with that. */
import { useEffect } from "react";
import { useApi } from "@/api/queries";
import { may } from "@/session/session";

const KEY = "tally.hasData";

/**
 * Returns undefined until it is known. Where this browser has seen data before, it is taken for granted until the
 * platform says otherwise: it may have been reset.
 */
export function useIsEmpty(): boolean | undefined {
  const mayImport = may("ingest:read") && may("ingest:write");
  const hadData = localStorage.getItem(KEY) !== null;
  const sources = useApi("/api/v1/ingest/sources", {
    query: { size: 1, active_only: "false" },
    enabled: mayImport,
  });
  const total = sources.data?.totalElements;
  useEffect(() => {
    if (total === 0) localStorage.removeItem(KEY);
    else if (total !== undefined) localStorage.setItem(KEY, "yes");
  }, [total]);
  if (!mayImport || sources.isError) return false;
  if (total !== undefined) return total === 0;
  return hadData ? false : undefined;
}
