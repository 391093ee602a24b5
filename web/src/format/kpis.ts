/** The KPIs of fraud: their units, the direction in which they improve, and their values as people read them. */
import { ABSENT, formatMoney, formatNumber, formatPercent } from "./numbers";
import type { components } from "@/api/schema.gen";
import { kpis as t } from "@/text/kpis";

export type Kpis = components["schemas"]["Kpis"];
export type KpiName = keyof Kpis;
type Maybe = number | null | undefined;
type Kind = "share" | "money" | "rate";
type Kpi = { kind: Kind; better: "up" | "down" | "neither" };

/** All KPIs, in the order in which pages list them. */
export const KPIS: Readonly<Record<KpiName, Kpi>> = {
  precision: { kind: "share", better: "up" },
  recall: { kind: "share", better: "up" },
  f1Score: { kind: "share", better: "up" },
  captureRate: { kind: "share", better: "up" },
  approvalRate: { kind: "share", better: "up" },
  reviewRate: { kind: "share", better: "down" },
  declineRate: { kind: "share", better: "down" },
  falsePositiveRate: { kind: "share", better: "down" },
  fraudRate: { kind: "share", better: "down" },
  chargebackRate: { kind: "share", better: "down" },
  falsePositiveCost: { kind: "money", better: "down" },
  fraudLoss: { kind: "money", better: "down" },
  decisionThroughput: { kind: "rate", better: "neither" },
};
export const KPI_NAMES = Object.keys(KPIS) as KpiName[];

export function isKpi(name: string): name is KpiName {
  return Object.hasOwn(KPIS, name);
}

/** The name of a KPI as people read it; any other name as it is. */
export function kpiLabel(name: string): string {
  return isKpi(name) ? t.names[name] : name;
}

/** The value of a KPI with its unit, e.g. `85.6%`, `$1,234.50`; amounts without one if the currency is unknown. */
export function formatKpi(name: string, value: Maybe, currency: string | null): string {
  if (value === null || value === undefined) return ABSENT;
  const kind = isKpi(name) ? KPIS[name].kind : "rate";
  if (kind === "share") return formatPercent(value, 2);
  if (kind === "money") return currency === null ? formatNumber(value) : formatMoney(value, currency);
  return t.perSecond(formatNumber(value, 4));
}

/** The difference of two values of a KPI with its sign; of shares in percentage points, e.g. `+0.86 pp`. */
export function formatKpiDifference(name: string, value: Maybe, currency: string | null): string {
  if (value === null || value === undefined) return ABSENT;
  const sign = value > 0 ? "+" : value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (isKpi(name) && KPIS[name].kind === "share") return t.points(`${sign}${formatNumber(100 * size, 2)}`);
  return `${sign}${formatKpi(name, size, currency)}`;
}
