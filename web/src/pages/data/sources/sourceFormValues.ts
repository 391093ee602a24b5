/** The configuration of a source as a form has it, and back. */
import type { Mapping, SourceConfiguration } from "./configuration";

export type TypeValues = {
  type: string;
  /** Minimum quality score; empty for the default. */
  threshold: number | string;
  /** JSON; empty for none. */
  mapping: string;
};
export type SourceFormValues = {
  name: string;
  type: string | null;
  cadence: string;
  timezone: string | null;
  namespace: string;
  types: TypeValues[];
};

/** Returns the form of a configuration, with a row for each type that is configured or was delivered. */
export function toForm(configured: SourceConfiguration, delivered: readonly string[]): SourceFormValues {
  const { thresholds = {}, mappings = {} } = configured;
  const types = new Set([...delivered, ...Object.keys(thresholds), ...Object.keys(mappings)]);
  return {
    name: configured.name ?? "",
    type: configured.type ?? null,
    cadence: configured.cadence ?? "",
    timezone: configured.timezone ?? null,
    namespace: configured.namespace ?? "default",
    types: [...types].map((type) => ({
      type,
      threshold: thresholds[type] ?? "",
      mapping: mappings[type] === undefined ? "" : JSON.stringify(mappings[type], null, 2),
    })),
  };
}

/** Returns the configuration in a form; what is blank has its default. */
export function fromForm(values: SourceFormValues): SourceConfiguration {
  const { name, type, cadence, timezone, namespace, types } = values;
  const thresholds = types.filter(({ threshold }) => threshold !== "");
  const mappings = types.filter(({ mapping }) => mapping.trim() !== "");
  return {
    ...(name.trim() === "" ? {} : { name: name.trim() }),
    ...(type === null ? {} : { type: type as NonNullable<SourceConfiguration["type"]> }),
    ...(cadence === "" ? {} : { cadence }),
    ...(timezone === null ? {} : { timezone }),
    ...(namespace.trim() === "" ? {} : { namespace: namespace.trim() }),
    thresholds: Object.fromEntries(thresholds.map((each) => [each.type, Number(each.threshold)])),
    mappings: Object.fromEntries(mappings.map((each) => [each.type, JSON.parse(each.mapping) as Mapping])),
  };
}

/** Returns the field of the form for a path of the API, e.g. `types.0.mapping` for `mappings.orders.columns.Qty`. */
export function fieldOf(path: string, types: readonly TypeValues[]): string | null {
  const [first = "", type] = path.split(".");
  if (["name", "type", "cadence", "timezone", "namespace"].includes(first)) return first;
  const row = types.findIndex((each) => each.type === type);
  if (row < 0) return null;
  if (first === "mappings") return `types.${row}.mapping`;
  return first === "thresholds" ? `types.${row}.threshold` : null;
}
