/** How fresh an answer of analytics is, and what it leaves out. */
import * as z from "zod/mini";
import { formatNumber } from "@/format/numbers";
import { maybe, type Shown } from "./shown";
import { text as t } from "@/text/dashboards";

export const metadata = z.looseObject({
  data_freshness: z.string(),
  provisional: z.boolean(),
  excluded_records: z.number(),
  stale_sources: maybe(z.array(z.string())),
});
type Metadata = z.infer<typeof metadata>;

/** What the API returns as freshness when nothing has ever been delivered. */
const NEVER = "1970-01-01T00:00:00Z";

export function freshnessOf(found: Metadata): Omit<Shown, "view"> {
  const { data_freshness, excluded_records, stale_sources } = found;
  return {
    at: data_freshness === NEVER ? null : data_freshness,
    provisional: found.provisional,
    notes: [
      ...(excluded_records > 0 ? [t.notes.excluded(formatNumber(excluded_records))] : []),
      ...(stale_sources?.length ? [t.notes.late(stale_sources.join(", "))] : []),
    ],
  };
}

/** Returns the place of the first interval that has not ended by `freshness`; undefined if all have. */
export function openFrom(starts: readonly string[], end: string, freshness: string): number | undefined {
  const until = Date.parse(freshness);
  const place = starts.findIndex((_, each) => Date.parse(starts[each + 1] ?? end) > until);
  return place === -1 ? undefined : place;
}
