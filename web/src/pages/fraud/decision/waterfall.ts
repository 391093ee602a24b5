/** The way from the base value over the contributions to the sum, as steps of a waterfall. */
import type { components } from "@/api/schema.gen";
import { ABSENT, formatNumber, formatPercent } from "@/format/numbers";
import type { Ends } from "../parts/scale";

export type Explanation = components["schemas"]["FeatureAttribution"];
export type Attribution = Explanation["attributions"][number];
export type Step = { attribution: Attribution; from: number; to: number };
export type Waterfall = { base: number; steps: readonly Step[]; scale: Ends };

/** Returns the steps in the order of the API: each begins where the one before it has ended. */
export function waterfallOf({ baseValue, attributions, sum }: Explanation): Waterfall {
  const base = baseValue ?? 0;
  let reached = base;
  const steps = attributions.map((attribution) => {
    const from = reached;
    reached += attribution.contribution;
    return { attribution, from, to: reached };
  });
  const ends = [0, base, sum ?? reached, ...steps.map(({ to }) => to)];
  return { base, steps, scale: [Math.min(...ends), Math.max(...ends)] };
}

/** The value of a feature as people read it. */
export function valueOf(value: Attribution["value"]): string {
  if (value === null) return ABSENT;
  return typeof value === "number" ? formatNumber(value, 4) : String(value);
}

/** A number with its sign, e.g. `+0.72`. */
export function signed(value: number | null, digits = 3): string {
  if (value === null) return ABSENT;
  const sign = value > 0 ? "+" : value < 0 ? "−" : "";
  return `${sign}${formatNumber(Math.abs(value), digits)}`;
}

/** The base value or the sum in the unit of the contributions. */
export function inUnit(value: number | null, unit: Explanation["unit"]): string {
  return unit === "probability" ? formatPercent(value, 2) : signed(value);
}

/** Returns the features that push the score up most, or down most. */
export function reasons(
  attributions: readonly Attribution[],
  direction: "up" | "down",
  most = 3,
): Attribution[] {
  return attributions.filter((each) => each.direction === direction).slice(0, most);
}
