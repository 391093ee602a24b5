/** Stores a draft in the place of the dashboard as it was read; a change by somebody else meanwhile is a conflict. */
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "@/api/client";
import type { ApiError } from "@/api/errors";
import { toApiError } from "@/api/errors";
import { keyOf, useSend } from "@/api/queries";
import { DASHBOARD } from "../live/useDashboardData";
import type { Dashboard, Widget } from "../model";
import { useInvalidateList } from "../useChanges";
import type { Draft } from "./draft";

/** The dashboard that somebody else stored; null if it was deleted. */
export type Conflict = { theirs: Dashboard | null };

export function useSave(id: string, onSaved: () => void) {
  const client = useQueryClient();
  const invalidate = useInvalidateList();
  const { mutateAsync, isPending } = useSend("put", DASHBOARD);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const [failure, setFailure] = useState<{ error: ApiError; sent: readonly Widget[] } | null>(null);
  const path = { dashboard_id: id };

  const save = async (draft: Draft, readAt: string) => {
    setFailure(null);
    try {
      const body = { ...draft, widgets: [...draft.widgets], updated_at: readAt };
      const stored = await mutateAsync({ path, body });
      client.setQueryData(keyOf(DASHBOARD, { path }), stored);
      invalidate();
      setConflict(null);
      onSaved();
    } catch (thrown) {
      const error = toApiError(thrown);
      if (error.status === 409 || error.status === 404) setConflict({ theirs: await present(path) });
      else setFailure({ error, sent: draft.widgets });
    }
  };
  return { save, isPending, conflict, failure, settle: () => setConflict(null) };
}

async function present(path: { dashboard_id: string }): Promise<Dashboard | null> {
  try {
    return await call("get", DASHBOARD, { path });
  } catch {
    return null;
  }
}
