/** What the fraud views share: the KPIs of an answer, and how ready they are. */
import * as z from "zod/mini";
import { formatKpi, isKpi, KPI_NAMES, kpiLabel, KPIS, type KpiName } from "@/format/kpis";
import { formatCompact, formatMoney, formatNumber, formatPercent } from "@/format/numbers";
import { formatDay } from "@/format/times";
import { exactly, type Figure, maybe, type Shown } from "../shown";
import { text as t } from "@/text/dashboards";
import { kpis as words } from "@/text/kpis";

export const kpiValues = z.record(z.string(), z.nullable(z.number()));
export const maturity = z.looseObject({
  provisional: z.boolean(),
  horizonDays: z.number(),
  completeBy: maybe(z.string()),
});
export type KpiValues = Readonly<Record<string, number | null | undefined>>;

/** The shares that charts show at first: how good the decisions are. */
export const FIRST_SHARES: readonly KpiName[] = ["precision", "recall", "captureRate", "approvalRate"];
export const SHARES: readonly KpiName[] = KPI_NAMES.filter((name) => KPIS[name].kind === "share");

export const share = {
  format: (value: number | null) => formatPercent(value, 2),
  axis: (value: number | null) => formatPercent(value, 0),
};
export const count = { format: (value: number | null) => formatNumber(value, 0), axis: formatCompact };

/** The KPIs of a card, the most important first. */
export function figuresOf(
  values: KpiValues,
  currency: string,
  bounds?: Readonly<Record<string, readonly (number | null)[]>>,
): Figure[] {
  return ON_CARDS.map((name) => ({
    label: kpiLabel(name),
    value: formatKpi(name, values[name], currency),
    exact: exactly(values[name]),
    hint: [words.formulas[name], boundsOf(name, bounds?.[name], currency)].filter(Boolean).join(" "),
  }));
}

const ON_CARDS: readonly KpiName[] = [
  "precision",
  "recall",
  "approvalRate",
  "fraudRate",
  "fraudLoss",
  "falsePositiveCost",
  "captureRate",
  "declineRate",
];

/** Between which values a KPI is, whatever the labels to come. */
export function boundsOf(
  name: string,
  bounds: readonly (number | null)[] | undefined,
  currency: string,
): string | undefined {
  const [low, high] = bounds ?? [];
  if (typeof low !== "number" || typeof high !== "number") return undefined;
  return t.fraud.between(formatKpi(name, low, currency), formatKpi(name, high, currency));
}

/** The unit of a KPI on an axis. */
export function kpiAxis(name: string, currency: string): (value: number | null) => string {
  if (isKpi(name) && KPIS[name].kind === "share") return share.axis;
  return isKpi(name) && KPIS[name].kind === "money"
    ? (value) => formatMoney(value, currency, { compact: true })
    : formatCompact;
}

/** How fresh an answer about decisions is, and until when it may change. */
export function readinessOf(
  found: { dataFreshness: string; excludedFromAmounts?: number | undefined },
  ripe: z.infer<typeof maturity>,
): Omit<Shown, "view"> {
  const excluded = found.excludedFromAmounts ?? 0;
  return {
    at: found.dataFreshness,
    provisional: ripe.provisional,
    hint: words.maturity.provisional(ripe.horizonDays, formatDay(ripe.completeBy, "UTC")),
    notes: excluded > 0 ? [t.notes.withoutAmount(formatNumber(excluded))] : [],
  };
}
