/** Pages of the lists that the API returns oldest first, turned around: the newest come first. */

export type Slice = { offset: number; limit: number };

/** Returns the slice of an oldest-first list of `total` items that is page `number` of the newest-first one. */
export function sliceOf(number: number, size: number, total: number): Slice {
  const end = Math.max(0, total - number * size);
  const offset = Math.max(0, end - size);
  return { offset, limit: Math.max(1, end - offset) };
}
