/** What the API knows of a source: its configuration, which can be sent back with a change, and what it delivered. */
import * as z from "zod/mini";
import type { Body } from "@/api/client";

type Sent = Body<"/api/v1/ingest/sources/{source_id}", "put">;
/** As configured: what is absent has its default. */
export type SourceConfiguration = Partial<Sent>;
export type Mapping = NonNullable<Sent["mappings"]>[string];

const counters = z.looseObject({
  received: z.number(),
  loaded: z.number(),
  duplicate: z.number(),
  conflict: z.number(),
  quarantined: z.number(),
  superseded: z.number(),
  in_flight: z.number(),
  watermark: z.optional(z.nullable(z.string())),
});
const beside = z.looseObject({
  data_types: z.optional(z.record(z.string(), counters)),
  faults: z.optional(z.record(z.string(), z.string())),
});

export type Delivered = z.infer<typeof counters>;

export type KnownSource = {
  configured: SourceConfiguration;
  /** Per data type what was delivered. */
  delivered: Record<string, Delivered>;
  /** By path, why a field that an earlier version saved cannot be applied. */
  faults: Record<string, string>;
};

/** Parts what was configured from what was counted. */
export function readConfiguration(found: Record<string, unknown>): KnownSource {
  const { data_types = {}, faults = {} } = beside.parse(found);
  const configured = Object.fromEntries(
    Object.entries(found).filter(([name]) => name !== "data_types" && name !== "faults"),
  ) as SourceConfiguration;
  return { configured, delivered: data_types, faults };
}

/** Returns a configuration with another mapping for one data type. */
export function withMapping(
  configured: SourceConfiguration,
  type: string,
  mapping: Mapping | undefined,
): SourceConfiguration {
  const others = Object.entries(configured.mappings ?? {}).filter(([name]) => name !== type);
  const mappings = Object.fromEntries(mapping === undefined ? others : [...others, [type, mapping]]);
  return { ...configured, mappings };
}

/** Returns a configuration as the API takes it. */
export function toSend(configuration: SourceConfiguration): Sent {
  return { namespace: "default", ...configuration };
}
