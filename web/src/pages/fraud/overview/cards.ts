/** What the cards of key figures show of an answer. */
import type { Result } from "@/api/client";
import type { components } from "@/api/schema.gen";
import { KPI_NAMES, type KpiName } from "@/format/kpis";

type Dashboard = Result<"/api/v1/analytics/dashboard">;
type Estimate = components["schemas"]["Estimate"];

export type Card = {
  name: KpiName;
  value: number | null;
  /** Undefined where there are none because the key figure does not depend on labels. */
  bounds: readonly number[] | null | undefined;
  /** Undefined while no decision is old enough. */
  matured: number | null | undefined;
  /** Undefined where the platform makes no estimate. */
  estimate: Estimate | undefined;
};

/** Returns one card for each key figure, in their usual order. */
export function cardsOf({ kpis, bounds, matured, estimated }: Dashboard): Card[] {
  const boundsOf: Partial<Record<KpiName, readonly number[] | null>> = bounds;
  const { recall, fraudRate, chargebackRate, fraudLoss } = estimated;
  const estimateOf: Partial<Record<KpiName, Estimate>> = { recall, fraudRate, chargebackRate, fraudLoss };
  return KPI_NAMES.map((name) => ({
    name,
    value: kpis[name],
    bounds: boundsOf[name],
    matured: matured?.[name],
    estimate: estimateOf[name],
  }));
}
