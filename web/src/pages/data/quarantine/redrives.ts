/** Redrives and drops of rows, request after request until all that were selected are done. */
import { call, type Body, type Result } from "@/api/client";

type Request = Body<"/api/v1/ingest/quarantine/redrive", "post">;
export type Redriven = Result<"/api/v1/ingest/quarantine/redrive", "post">;
export type Dropped = Result<"/api/v1/ingest/quarantine/drop", "post">;

/** Which rows: some by their ids, or all that match filters. */
export type Selection = Pick<Partial<Request>, "ids" | "source_id" | "data_type" | "time_range" | "code">;

/** Redrives rows, or tries it; the result is that of all requests together. */
export async function redrive(
  selection: Selection,
  { isDryRun, corrections }: { isDryRun: boolean; corrections?: Request["corrections"] },
): Promise<Redriven> {
  const body = { ...selection, dry_run: isDryRun, ...(corrections ? { corrections } : {}) };
  let whole = await call("post", "/api/v1/ingest/quarantine/redrive", { body });
  while (!whole.complete) {
    const next = await call("post", "/api/v1/ingest/quarantine/redrive", {
      body: { ...body, after: whole.after ?? null },
    });
    whole = joined(whole, next);
  }
  return whole;
}

/** Drops rows; the result is that of all requests together. */
export async function drop(selection: Selection): Promise<Dropped> {
  let whole = await call("post", "/api/v1/ingest/quarantine/drop", { body: selection });
  while (!whole.complete) {
    const next = await call("post", "/api/v1/ingest/quarantine/drop", {
      body: { ...selection, after: whole.after ?? null },
    });
    whole = {
      ...next,
      dropped: whole.dropped + next.dropped,
      skipped: whole.skipped + next.skipped,
      skipped_deliveries: [...whole.skipped_deliveries, ...next.skipped_deliveries],
    };
  }
  return whole;
}

/** Adds up two results of one redrive that took several requests. */
export function joined(former: Redriven, next: Redriven): Redriven {
  const codes = new Set([...Object.keys(former.reasons), ...Object.keys(next.reasons)]);
  return {
    ...next,
    rows: former.rows + next.rows,
    accepted: former.accepted + next.accepted,
    rejected: former.rejected + next.rejected,
    skipped: former.skipped + next.skipped,
    reasons: Object.fromEntries(
      [...codes].map((code) => [code, (former.reasons[code] ?? 0) + (next.reasons[code] ?? 0)]),
    ),
    rejected_rows: [...former.rejected_rows, ...next.rejected_rows],
    skipped_deliveries: [...former.skipped_deliveries, ...next.skipped_deliveries],
  };
}
