/** Places on the scale of a bar. */

export type Ends = readonly [number, number];

/** Returns the place of a value on a scale in per cent of its length; values beyond an end lie on it. */
export function placeOn([low, high]: Ends, value: number): number {
  if (high <= low) return 0;
  return Math.min(100, Math.max(0, (100 * (value - low)) / (high - low)));
}

/** Returns the smallest scale from 0 that has all values; null and undefined take no part. */
export function scaleOf(values: readonly (number | null | undefined)[]): Ends {
  const known = values.filter((value) => value !== null && value !== undefined);
  return [Math.min(0, ...known), Math.max(0, ...known)];
}
