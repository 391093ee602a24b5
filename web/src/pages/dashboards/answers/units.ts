/** Units of business metrics, and the changes of their values. */
import { formatChange, formatCompact, formatMoney, formatNumber, formatPercent } from "@/format/numbers";
import type { Configuration } from "../model";
import type { Change } from "./shown";
import { text as t } from "@/text/dashboards";

type Maybe = number | null;
export type Unit = {
  /** The value in full. */
  format: (value: Maybe) => string;
  /** The value in tight places, e.g. on an axis. */
  axis: (value: Maybe) => string;
};

const AMOUNTS = new Set(["revenue", "average_order_value"]);
const BETTER_UP = new Set(["revenue", "transactions", "customers", "conversion", "average_order_value"]);

/** Returns the unit of a metric; amounts have a currency, unless the answer names none. */
export function unitOf(
  metric: string,
  aggregation: string | undefined,
  currency: string | null | undefined,
): Unit {
  if (metric === "conversion") {
    return { format: (value) => formatPercent(value, 2), axis: (value) => formatPercent(value, 1) };
  }
  if (AMOUNTS.has(metric) && aggregation !== "count" && currency) return money(currency);
  return { format: (value) => formatNumber(value, 2), axis: formatCompact };
}

export function money(currency: string): Unit {
  return {
    format: (value) => formatMoney(value, currency),
    axis: (value) => formatMoney(value, currency, { compact: true }),
  };
}

/** Returns the change against the period before, in per cent; the difference itself where per cent have no base. */
export function changeOf(
  metric: string,
  unit: Unit,
  {
    change_from_previous: difference,
    change_percentage: percentage,
  }: {
    change_from_previous: number;
    change_percentage: number | null;
  },
): Change {
  const direction = difference > 0 ? "up" : difference < 0 ? "down" : "none";
  const isGood = BETTER_UP.has(metric) ? (direction === "up" ? "good" : "bad") : "neutral";
  const signed = `${difference > 0 ? "+" : ""}${unit.format(difference)}`;
  return {
    text: percentage === null ? signed : formatChange(percentage),
    tone: direction === "none" ? "neutral" : isGood,
    direction,
    exact: t.cards.change(signed, String(difference), percentage === null ? null : String(percentage)),
  };
}

const MEASURED_AMOUNTS = new Set(["net_amount", "tax", "shipping"]);

/** Returns the unit of a measure beside a metric. */
export function unitOfMeasure(measure: string, currency: string | undefined): Unit {
  return unitOf(MEASURED_AMOUNTS.has(measure) ? "revenue" : measure, undefined, currency);
}

export function labelOfMeasure(measure: string): string {
  return t.measures[measure] ?? measure;
}

/** The currency of an answer's amounts; that of the filter where the answer has none. */
export function currencyOf(
  { currency }: { currency?: string | null | undefined },
  { filters }: Configuration,
): string | undefined {
  if (currency) return currency;
  const isFiltered = typeof filters === "object" && filters !== null && "currency" in filters;
  return isFiltered && typeof filters.currency === "string" ? filters.currency : undefined;
}
