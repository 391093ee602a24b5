/** What alert rules are about: the metrics that a rule can name, with their units and the pages that show them. */
import type { components } from "@/api/schema.gen";
import { DIMENSIONS } from "@/format/dimensions";
import { isKpi, kpiLabel, KPIS } from "@/format/kpis";
import { formatMoney, formatNumber, formatPercent, formatSeconds } from "@/format/numbers";
import { text as t } from "@/text/alertRules";

export const KINDS = ["business", "kpi", "bounds", "drift", "quality", "pipeline", "silence"] as const;
export type Kind = (typeof KINDS)[number];
/** A metric in its parts: `revenue:sum` is the business metric `revenue`, of which `part` is `sum`. */
export type Subject = { kind: Kind; name: string; part: string };
export type Unit = "money" | "share" | "seconds" | "number";
type MetricType = components["schemas"]["MetricType"];
type Business = { aggregations: readonly string[]; filters: readonly string[]; unit: Unit };

const OF_SALES = ["region", "channel", "product_category", "customer_segment", "currency"];
/** The business metrics: how each is aggregated, and by what its data can be filtered. */
export const BUSINESS: Readonly<Record<MetricType, Business>> = {
  revenue: { aggregations: ["sum", "avg", "min", "max", "count"], filters: OF_SALES, unit: "money" },
  transactions: { aggregations: ["count"], filters: OF_SALES, unit: "number" },
  customers: { aggregations: ["count"], filters: OF_SALES, unit: "number" },
  average_order_value: { aggregations: ["avg"], filters: OF_SALES, unit: "money" },
  conversion: { aggregations: ["avg"], filters: ["region", "channel", "product_category"], unit: "share" },
  inventory: { aggregations: ["sum", "avg", "min", "max"], filters: ["product_category"], unit: "number" },
};

/** The KPIs of fraud as rules name them, by the names of their answers. */
export const RULE_KPIS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(KPIS).map((name) => [snakeCase(name), name]),
);
/** Those of which the API knows the lowest and the highest value that open labels can lead to. */
export const BOUNDED = [
  "precision",
  "recall",
  "f1_score",
  "capture_rate",
  "false_positive_rate",
  "fraud_rate",
  "chargeback_rate",
  "false_positive_cost",
  "fraud_loss",
];

/** Returns the parts of a metric; what is unknown is a business metric without known aggregations. */
export function parseSubject(metric: string): Subject {
  const [head = "", ...rest] = metric.split(":");
  const tail = rest.join(":");
  if (head === "bounds") return { kind: "bounds", name: rest.slice(1).join(":"), part: rest[0] ?? "" };
  if (head === "drift") return { kind: "drift", name: tail, part: "" };
  if (head === "pipeline" || head === "ingest") {
    const kind = head === "pipeline" ? "pipeline" : "silence";
    return { kind, name: rest.slice(0, -1).join(":"), part: rest.at(-1) ?? "" };
  }
  if (metric === "quality_score") return { kind: "quality", name: metric, part: "" };
  if (metric in RULE_KPIS) return { kind: "kpi", name: metric, part: "" };
  return { kind: "business", name: head, part: tail };
}

/** Writes a metric as the API reads it. */
export function writeSubject({ kind, name, part }: Subject): string {
  switch (kind) {
    case "business":
      return `${name}:${part}`;
    case "kpi":
      return name;
    case "bounds":
      return `bounds:${part}:${name}`;
    case "drift":
      return `drift:${name}`;
    case "quality":
      return "quality_score";
    case "pipeline":
      return `pipeline:${name}:${part}`;
    case "silence":
      return `ingest:${name}:silence`;
  }
}

/** The metric in words, e.g. `Revenue, sum`. */
export function subjectLabel(metric: string): string {
  const { kind, name, part } = parseSubject(metric);
  switch (kind) {
    case "business":
      return t.subjects.business(
        t.metrics[name] ?? name,
        isOnlyOne(name) ? "" : (t.aggregations[part] ?? part),
      );
    case "kpi":
      return kpiLabel(RULE_KPIS[name] ?? name);
    case "bounds":
      return t.subjects.bounds(t.bounds[part] ?? part, kpiLabel(RULE_KPIS[name] ?? name));
    case "drift":
      return t.subjects.drift(name);
    case "quality":
      return t.subjects.quality;
    case "pipeline":
      return t.subjects.pipeline(name, t.measures[part] ?? part);
    case "silence":
      return t.subjects.silence(name);
  }
}

export function unitOf({ kind, name, part }: Subject): Unit {
  if (kind === "business") return part === "count" || !isBusiness(name) ? "number" : BUSINESS[name].unit;
  if (kind === "kpi" || kind === "bounds") {
    const kpi = RULE_KPIS[name] ?? name;
    const kpiKind = isKpi(kpi) ? KPIS[kpi].kind : "rate";
    return kpiKind === "rate" ? "number" : kpiKind;
  }
  if (kind === "pipeline") return part === "completeness" ? "share" : "seconds";
  return kind === "silence" ? "seconds" : "number";
}

/** A value of a metric with its unit; `currency` is null while it is not known. */
export function formatValue(metric: string, value: number | null, currency: string | null): string {
  const unit = unitOf(parseSubject(metric));
  if (unit === "share") return formatPercent(value, 2);
  if (unit === "seconds") return formatSeconds(value);
  if (unit === "money" && currency !== null) return formatMoney(value, currency);
  return formatNumber(value, 4);
}

/** The page that shows what a rule watches. */
export function placeOf(metric: string): string {
  const { kind, name } = parseSubject(metric);
  const places: Readonly<Record<Kind, string>> = {
    business: name === "inventory" ? "/dashboards/operations" : "/dashboards/executive",
    kpi: "/fraud",
    bounds: "/fraud",
    drift: "/fraud/drift",
    quality: "/data/quality",
    pipeline: "/data/pipelines",
    silence: "/data",
  };
  return places[kind];
}

/** The fields by which the data of a metric can be filtered. */
export function filtersOf({ kind, name }: Subject): readonly string[] {
  if (kind === "business") return isBusiness(name) ? BUSINESS[name].filters : [];
  if (kind === "kpi" || kind === "bounds") return DIMENSIONS;
  if (kind === "drift") return ["model_version"];
  return kind === "quality" ? ["source_id", "data_type"] : [];
}

/** The fields of whose values each can be judged by itself. */
export function groupsOf(subject: Subject): readonly string[] {
  if (subject.kind === "drift") return [];
  return filtersOf(subject).filter((field) => field !== "currency");
}

/** Whether past values are known, so that changes can be judged and a rule can be tried on the past. */
export function hasHistory({ kind }: Subject): boolean {
  return kind !== "pipeline" && kind !== "silence";
}

export function canBeProvisional(subject: Subject): boolean {
  return hasHistory(subject) && subject.kind !== "quality";
}

export function isBusiness(name: string): name is MetricType {
  return Object.hasOwn(BUSINESS, name);
}

function isOnlyOne(name: string): boolean {
  return isBusiness(name) && BUSINESS[name].aggregations.length === 1;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
