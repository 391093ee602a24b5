/** The status of a batch, read again until each of its records has its outcome. */
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";

export type BatchDetails = Result<"/api/v1/ingest/batches/{batch_id}/status">;

export function useBatch(batchId: string) {
  return useApi("/api/v1/ingest/batches/{batch_id}/status", {
    path: { batch_id: batchId },
    every: (found) => pauseFor(found, Date.now()),
  });
}

/** Most files are loaded within seconds, so their first minute is followed closely; a long load is not asked about often.
 *
 * A load of an hour takes about 200 requests of the 1 000 that a key has in an hour.
 */
export function pauseFor(batch: BatchDetails | undefined, now: number): number | false {
  if (batch?.status !== "processing") return false;
  const seconds = (now - Date.parse(batch.started_at)) / 1000;
  if (seconds < 60) return 1_000;
  return seconds < 600 ? 5_000 : 30_000;
}
