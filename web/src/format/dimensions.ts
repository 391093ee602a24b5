/** The dimensions by which decisions are divided into cohorts, and their names. */
import type { components } from "@/api/schema.gen";
import { dimensions } from "@/text/dimensions";

export type Dimension = components["schemas"]["Dimension"];

export const DIMENSIONS = Object.keys(dimensions satisfies Record<Dimension, string>) as Dimension[];

export function isDimension(name: string): name is Dimension {
  return Object.hasOwn(dimensions, name);
}
