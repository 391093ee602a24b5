/** What the pages of cohorts show: order, selection, and the rates that have intervals. */
import type { components } from "@/api/schema.gen";
import { isKpi, type KpiName, KPIS } from "@/format/kpis";

export type Cohort = components["schemas"]["Cohort"];
/** The rates for which the API gives intervals and differences from the rest. */
export const RATES = ["fraudRate", "precision", "recall", "approvalRate"] as const;
export type Rate = (typeof RATES)[number];

export const FEWEST_COMPARED = 2;
export const MOST_COMPARED = 20;

export function isRate(name: string): name is Rate {
  return (RATES as readonly string[]).includes(name);
}

/** Returns the cohorts sorted as in `name,asc` or `fraudRate,desc`; those without a value come last either way. */
export function sorted(cohorts: readonly Cohort[], sort: string): Cohort[] {
  const [by = "", direction] = sort.split(",");
  const sign = direction === "desc" ? -1 : 1;
  if (by === "name") return cohorts.toSorted((a, b) => sign * a.name.localeCompare(b.name));
  const valueOf = (cohort: Cohort) => (isKpi(by) ? cohort.metrics[by] : by === "count" ? cohort.count : null);
  return cohorts.toSorted((a, b) => {
    const [first, second] = [valueOf(a), valueOf(b)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return sign * (first - second);
  });
}

/** Returns the ids in a list with commas between them, each once. */
export function idsIn(list: string): string[] {
  return [...new Set(list.split(",").filter((id) => id !== ""))];
}

/** Adds an id to a list, or removes it. */
export function toggled(list: string, id: string): string {
  const ids = idsIn(list);
  return (ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id]).join(",");
}

/** Whether a difference is an improvement, a worsening, or neither. */
export function meaning(name: KpiName, difference: number | null): "better" | "worse" | "neither" {
  const { better } = KPIS[name];
  if (difference === null || difference === 0 || better === "neither") return "neither";
  return difference > 0 === (better === "up") ? "better" : "worse";
}

/** Returns the range of the same length that ends where another begins. */
export function before({ startDate, endDate }: { startDate: string; endDate: string }): {
  startDate: string;
  endDate: string;
} {
  const [start, end] = [Date.parse(startDate), Date.parse(endDate)];
  return { startDate: new Date(2 * start - end).toISOString(), endDate: startDate };
}
