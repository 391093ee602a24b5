/** Durations of ISO 8601 (`PT1H`, `P1DT12H`) in words, and as a number of one unit for forms. */

export const DURATION_UNITS = ["minute", "hour", "day", "week"] as const;
export type DurationUnit = (typeof DURATION_UNITS)[number];
/** A number of units; the amount is null while it is being typed. */
export type Duration = { amount: number | null; unit: DurationUnit };

const MINUTES: Readonly<Record<DurationUnit, number>> = { minute: 1, hour: 60, day: 1440, week: 10_080 };
const PATTERN = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** Returns the minutes of a duration; null if it cannot be read. */
export function minutesOf(iso: string): number | null {
  const found = PATTERN.exec(iso);
  if (found === null || iso === "P" || iso.endsWith("T")) return null;
  const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map((each: string | undefined) => Number(each ?? 0));
  return weeks * MINUTES.week + days * MINUTES.day + hours * MINUTES.hour + minutes + seconds / 60;
}

/** Returns a duration as a number of the largest unit up to days of which it is a multiple. */
export function readDuration(iso: string): Duration {
  const minutes = minutesOf(iso);
  if (minutes === null) return { amount: null, unit: "hour" };
  if (minutes === 0) return { amount: 0, unit: "minute" };
  const unit = (["day", "hour"] as const).find((each) => minutes % MINUTES[each] === 0) ?? "minute";
  return { amount: minutes / MINUTES[unit], unit };
}

/** Writes a duration as the API reads it; empty while there is no amount. */
export function writeDuration({ amount, unit }: Duration): string {
  if (amount === null) return "";
  if (unit === "week") return `P${amount * 7}D`;
  if (unit === "day") return `P${amount}D`;
  if (!Number.isInteger(amount)) return `PT${Math.round(amount * MINUTES[unit] * 60)}S`;
  return `PT${amount}${unit === "hour" ? "H" : "M"}`;
}

/** A duration in words, e.g. `1 hour`, `36 hours`, `7 days`; what cannot be read as it is. */
export function formatDuration(iso: string): string {
  const { amount, unit } = readDuration(iso);
  return amount === null ? iso : `${amount} ${unit}${amount === 1 ? "" : "s"}`;
}
