/** A value of a record as people read it: texts as they are, other values as JSON, none as a dash. */
import { ABSENT } from "@/format/numbers";

const LONGEST = 200;

export function shown(value: unknown): string {
  if (value === undefined || value === null) return ABSENT;
  const written = typeof value === "string" ? value : JSON.stringify(value);
  return written.length > LONGEST ? `${written.slice(0, LONGEST)}…` : written;
}
