/** The time range of the fraud pages, in the address, and the moment as of which it is judged. */
import { useMemo } from "react";
import { useUrlRange } from "@/components/RangePicker";
import { useUrlState } from "@/components/useUrlState";
import type { Window } from "@/format/times";

/** Long enough for some decisions to be older than the maturity horizon. */
export const USUAL_WINDOW: Window = "90d";

export type RangeQuery = { startDate: string; endDate: string; asOf?: string };

/** Returns the query parameters that all fraud routes share. */
export function useFraudRange(initial: Window = USUAL_WINDOW): RangeQuery {
  const { start, end } = useUrlRange(initial);
  const [asOf] = useUrlState("asOf", "");
  return useMemo(
    () => ({ startDate: start, endDate: end, ...(asOf === "" ? {} : { asOf }) }),
    [start, end, asOf],
  );
}
