/** The gates of promotion in words: what was found, and what is required. */
import type { components } from "@/api/schema.gen";
import * as z from "zod/mini";
import type { ApiError } from "@/api/errors";
import { formatKpiDifference, kpiLabel } from "@/format/kpis";
import { formatNumber, formatPercent } from "@/format/numbers";
import { text as p } from "@/text/promotion";

export type Gate = components["schemas"]["PromotionGate"];
type GateName = keyof typeof p.gates;

/** Gates that nobody can override. */
const FIXED: ReadonlySet<string> = new Set(["variant", "sampleRatio"]);

const refusal = z.object({
  gates: z.array(
    z.object({ gate: z.string(), passed: z.boolean(), value: z.unknown(), required: z.unknown() }),
  ),
});
const primaryRequired = z.object({ metric: z.string(), significance: z.number() });
const byMetric = z.record(z.string(), z.nullable(z.number()));

/** Returns the gates of a refused promotion, null for any other failure. */
export function gatesOf(error: ApiError): Gate[] | null {
  if (error.status !== 422) return null;
  const parsed = refusal.safeParse(error.details);
  return parsed.success ? parsed.data.gates : null;
}

/** Whether every failed gate is one that an administrator may override. */
export function isOverridable(gates: readonly Gate[]): boolean {
  return gates.every(({ gate, passed }) => passed || !FIXED.has(gate));
}

export function isGateName(name: string): name is GateName {
  return Object.hasOwn(p.gates, name);
}

/** What was found, and what is required, in words. */
export function describeGate({ gate, value, required }: Gate, currency: string | null): [string, string] {
  const words = p.gateValues;
  const number = typeof value === "number" ? value : null;
  const least = typeof required === "number" ? required : null;
  switch (gate) {
    case "variant":
      return [asText(value), words.oneOf(Array.isArray(required) ? required.map(asText).join(", ") : "")];
    case "sampleRatio":
      return [
        number === null ? words.unknown : words.p(formatNumber(number, 4)),
        words.atLeastP(formatNumber(least, 4)),
      ];
    case "duration":
      return [words.days(formatNumber(number)), words.atLeast(words.days(formatNumber(least)))];
    case "units":
      return [formatNumber(number), words.atLeast(formatNumber(least))];
    case "labelCoverage":
      return [
        number === null ? words.unknown : formatPercent(number),
        least === null ? p.promotion.notApplicable : words.atLeast(formatPercent(least)),
      ];
    case "primary":
      return describePrimary(number, required, currency);
    case "guardrails":
      return describeGuardrails(value, required, currency);
    default:
      return [asText(value), asText(required)];
  }
}

function describePrimary(gain: number | null, required: unknown, currency: string | null): [string, string] {
  const words = p.gateValues;
  const parsed = primaryRequired.safeParse(required);
  if (!parsed.success) return [asText(gain), asText(required)];
  const { metric, significance } = parsed.data;
  return [
    gain === null
      ? `${kpiLabel(metric)}: ${words.unknown}`
      : words.gain(kpiLabel(metric), formatKpiDifference(metric, gain, currency)),
    words.gainNeeded(kpiLabel(metric), formatPercent(1 - significance, 2)),
  ];
}

function describeGuardrails(value: unknown, required: unknown, currency: string | null): [string, string] {
  const words = p.gateValues;
  const found = byMetric.safeParse(value);
  const limits = byMetric.safeParse(required);
  if (!found.success || !limits.success) return [asText(value), asText(required)];
  const harms = Object.entries(found.data).map(([metric, harm]) => describeHarm(metric, harm, currency));
  const most = Object.entries(limits.data).map(([metric, limit]) =>
    words.atMost(kpiLabel(metric), formatKpiDifference(metric, limit, currency).replace(/^\+/, "")),
  );
  return [harms.join("; ") || words.none, most.join("; ") || p.promotion.notApplicable];
}

/** The least harm that the interval allows; a negative one is an improvement that is possible. */
function describeHarm(metric: string, harm: number | null, currency: string | null): string {
  const words = p.gateValues;
  const name = kpiLabel(metric);
  if (harm === null) return `${name}: ${words.unknown}`;
  const size = formatKpiDifference(metric, harm, currency);
  return harm > 0 ? words.harm(name, size.replace(/^\+/, "")) : words.better(name, size);
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
