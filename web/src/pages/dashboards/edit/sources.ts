/** What widgets may ask, as data: the types that show it and the fields of its form. The API has the last word. */
import { DIMENSIONS } from "@/format/dimensions";
import { type Configuration, textOf, type WidgetType } from "../model";

export type Field = {
  /** Path in the configuration, e.g. `filters.region`. */
  name: string;
  kind: "choice" | "text" | "number" | "texts" | "switch" | "window" | "zone";
  options?: readonly string[];
  isRequired?: boolean;
  bounds?: readonly [number, number];
};
type Question = {
  types: readonly WidgetType[];
  base: Configuration;
  fields: (given: Configuration) => Field[];
};

const ALL_BUT_MAP: readonly WidgetType[] = ["metric_card", "line_chart", "bar_chart", "pie_chart", "table"];
export const WINDOWS = ["1h", "24h", "7d", "30d", "90d", "365d", "mtd", "qtd", "ytd"] as const;
const SALES = ["product_category", "customer_segment", "region", "channel"] as const;
type MetricRules = { aggregations: readonly string[]; dimensions: readonly string[]; hasCurrency: boolean };
const METRICS: Readonly<Record<string, MetricRules>> = {
  revenue: { aggregations: ["sum", "avg", "min", "max", "count"], dimensions: SALES, hasCurrency: true },
  transactions: { aggregations: ["count"], dimensions: SALES, hasCurrency: true },
  customers: { aggregations: ["count"], dimensions: SALES, hasCurrency: true },
  average_order_value: { aggregations: ["avg"], dimensions: SALES, hasCurrency: true },
  inventory: {
    aggregations: ["sum", "avg", "min", "max"],
    dimensions: ["product_category"],
    hasCurrency: false,
  },
  conversion: {
    aggregations: ["avg"],
    dimensions: ["product_category", "region", "channel"],
    hasCurrency: false,
  },
};

const choice = (name: string, options: readonly string[], isRequired = false): Field => ({
  name,
  kind: "choice",
  options,
  isRequired,
});
const number = (name: string, low: number, high: number): Field => ({
  name,
  kind: "number",
  bounds: [low, high],
});
const text = (name: string): Field => ({ name, kind: "text" });
const WINDOW: Field = { name: "time_window", kind: "window", isRequired: true };
const ZONE: Field = { name: "timezone", kind: "zone" };

function rulesOf(given: Configuration): MetricRules | undefined {
  return METRICS[textOf(given, "metric_type") ?? "revenue"];
}

function metricFields(given: Configuration): Field[] {
  const rules = rulesOf(given);
  return [
    choice("metric_type", Object.keys(METRICS), true),
    WINDOW,
    choice("aggregation", rules?.aggregations ?? []),
    ...(rules?.dimensions ?? []).map((name): Field => ({ name: `filters.${name}`, kind: "texts" })),
    ...(rules?.hasCurrency ? [text("filters.currency")] : []),
    ZONE,
  ];
}

const metric = { metric_type: "revenue", time_window: "30d" };
const fraud = (view: string) => ({ source: "fraud", view, time_window: "30d" });

export const QUESTIONS: Readonly<Record<string, Question>> = {
  metrics: {
    types: ["metric_card", "line_chart", "bar_chart", "table"],
    base: { source: "metrics", ...metric },
    fields: (given) => [
      ...metricFields(given),
      choice("granularity", ["hourly", "daily", "weekly", "monthly", "quarterly"]),
      { name: "include_comparison", kind: "switch" },
    ],
  },
  "metrics/group_by": {
    types: ["bar_chart", "pie_chart", "table", "map"],
    base: { source: "metrics", ...metric, group_by: "region" },
    fields: (given) => [
      choice("group_by", rulesOf(given)?.dimensions ?? [], true),
      ...metricFields(given),
      number("limit", 1, 50),
    ],
  },
  products: {
    types: ["table", "bar_chart"],
    base: { source: "products", time_window: "30d", limit: 20 },
    fields: () => [
      WINDOW,
      choice("sort_by", ["revenue", "quantity", "margin"]),
      number("limit", 1, 500),
      text("category"),
      ZONE,
    ],
  },
  segments: { types: ["pie_chart", "bar_chart", "table"], base: { source: "segments" }, fields: () => [] },
  quality: {
    types: ["metric_card", "line_chart", "table"],
    base: { source: "quality", time_window: "7d" },
    fields: () => [WINDOW, text("source_id"), choice("data_type", DATA_TYPES)],
  },
  alerts: {
    types: ["table", "metric_card"],
    base: { source: "alerts", limit: 20 },
    fields: () => [
      choice("severity", ["critical", "high", "medium", "low"]),
      choice("status", ["active", "acknowledged", "resolved"]),
      text("rule_id"),
      number("limit", 1, 1000),
    ],
  },
  pipeline: {
    types: ["table", "metric_card"],
    base: { source: "pipeline" },
    fields: () => [text("pipelineId"), text("stage")],
  },
  "fraud/metrics": { types: ALL_BUT_MAP, base: fraud("metrics"), fields: () => [WINDOW] },
  "fraud/trends": {
    types: ALL_BUT_MAP,
    base: fraud("trends"),
    fields: () => [WINDOW, text("investigationId")],
  },
  "fraud/cohorts": {
    types: ALL_BUT_MAP,
    base: { ...fraud("cohorts"), dimension: "merchant" },
    fields: () => [WINDOW, choice("dimension", DIMENSIONS, true), number("minCount", 1, 999_999_999)],
  },
  "fraud/confusion-matrix": {
    types: ALL_BUT_MAP,
    base: fraud("confusion-matrix"),
    fields: () => [WINDOW, choice("granularity", ["hour", "day", "week"])],
  },
  "fraud/drift": {
    types: ALL_BUT_MAP,
    base: fraud("drift"),
    fields: () => [WINDOW, text("featureNames"), text("modelVersion")],
  },
};

const DATA_TYPES = [
  "transactions",
  "products",
  "customers",
  "inventory",
  "orders",
  "events",
  "decisions",
  "labels",
];

/** Returns the value at a path of a configuration. */
export function valueAt(given: Configuration, path: string): unknown {
  const [outer = "", inner] = path.split(".");
  const value = given[outer];
  if (inner === undefined) return value;
  return typeof value === "object" && value !== null ? (value as Configuration)[inner] : undefined;
}

/** Returns a configuration with another value at a path; without it if the value is undefined. */
export function withValue(given: Configuration, path: string, value: unknown): Configuration {
  const [outer = "", inner] = path.split(".");
  if (inner !== undefined) {
    const former = given[outer];
    const within = withValue(isObject(former) ? former : {}, inner, value);
    return withValue(given, outer, Object.keys(within).length === 0 ? undefined : within);
  }
  const rest = Object.entries(given).filter(([name]) => name !== outer);
  return Object.fromEntries(value === undefined ? rest : [...rest, [outer, value]]);
}

function isObject(value: unknown): value is Configuration {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The JSON pointer of a path below its widget. */
export function pointerOf(path: string): string {
  return `/configuration/${path.replaceAll(".", "/")}`;
}
