/** Times in the chosen zone, and the time ranges of pages. */
import dayjs from "dayjs";
import timezone from "dayjs/plugin/timezone";
import utc from "dayjs/plugin/utc";
import { ABSENT } from "./numbers";

dayjs.extend(utc);
dayjs.extend(timezone);

type Maybe = string | number | Date | null | undefined;

/** A time to the minute with its zone, e.g. `30 Nov 2026, 14:05 CET`. */
export function formatTime(at: Maybe, timeZone: string): string {
  return formatted(at, timeZone, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
}

/** A time to the second without its date, for streams of events. */
export function formatClock(at: Maybe, timeZone: string): string {
  return formatted(at, timeZone, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

/** A calendar day, e.g. `30 Nov 2026`. */
export function formatDay(at: Maybe, timeZone: string): string {
  return formatted(at, timeZone, { day: "numeric", month: "short", year: "numeric" });
}

/** Lengths of the intervals by which numbers are counted. */
export type Step = "hourly" | "daily" | "weekly" | "monthly" | "quarterly";

/** An interval by its start, e.g. `30 Nov 2026`, `Week of 23 Nov 2026`, `Nov 2026`, `Q4 2026`. */
export function formatBucket(start: Maybe, step: Step, timeZone: string): string {
  switch (step) {
    case "hourly":
      return formatTime(start, timeZone);
    case "weekly":
      return `Week of ${formatDay(start, timeZone)}`;
    case "monthly":
      return formatted(start, timeZone, { month: "short", year: "numeric" });
    case "quarterly":
      return formatQuarter(start, timeZone);
    case "daily":
      return formatDay(start, timeZone);
  }
}

/** An interval on an axis, e.g. `14:00`, `30 Nov`, `Nov`, `Q4 2026`; hours at midnight have their day. */
export function formatTick(start: Maybe, step: Step, timeZone: string): string {
  const day = () => formatted(start, timeZone, { day: "numeric", month: "short" });
  if (step === "hourly") {
    const clock = formatted(start, timeZone, { hour: "2-digit", minute: "2-digit" });
    return clock === "00:00" ? day() : clock;
  }
  if (step === "monthly") return formatted(start, timeZone, { month: "short" });
  return step === "quarterly" ? formatQuarter(start, timeZone) : day();
}

function formatQuarter(start: Maybe, timeZone: string): string {
  const month = Number(formatted(start, timeZone, { month: "numeric" }));
  const year = formatted(start, timeZone, { year: "numeric" });
  return Number.isNaN(month) ? ABSENT : `Q${Math.ceil(month / 3)} ${year}`;
}

/** How long ago a time was, e.g. `5 minutes ago`. */
export function formatAgo(at: Maybe, now: number = Date.now()): string {
  const time = toDate(at);
  if (time === null) return ABSENT;
  const seconds = (time.getTime() - now) / 1000;
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
    ["second", 1],
  ] as const;
  const [unit, size] = units.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

export type Range = { start: string; end: string };

/** Windows that end with the present day; each is a whole number of days. */
export const WINDOWS = { "7d": 7, "30d": 30, "90d": 90, "365d": 365 } as const;
export type Window = keyof typeof WINDOWS;

/** Returns the range of whole days of a zone that ends after today, as RFC 3339 times. */
export function rangeOf(window: Window, timeZone: string, now: Date = new Date()): Range {
  // Counted as calendar days: Day.js adds days of 24 hours to times of a zone, which is wrong where clocks change.
  const today = dayjs.utc(dayjs(now).tz(timeZone).format("YYYY-MM-DD"));
  const dayBefore = (days: number) => startOfDay(today.subtract(days, "day").format("YYYY-MM-DD"), timeZone);
  return { start: dayBefore(WINDOWS[window] - 1), end: dayBefore(-1) };
}

/** Returns the instant at which a day begins in a zone. */
export function startOfDay(day: string, timeZone: string): string {
  return fromClock(day, timeZone);
}

/** Returns a time as a clock of a zone shows it, `YYYY-MM-DD HH:mm:ss`, as inputs of times have it. */
export function toClock(at: string, timeZone: string): string {
  return dayjs(at).tz(timeZone).format("YYYY-MM-DD HH:mm:ss");
}

/** Returns the instant at which the clock of a zone shows a time. */
export function fromClock(shown: string, timeZone: string): string {
  return dayjs.tz(shown, timeZone).toISOString();
}

function formatted(at: Maybe, timeZone: string, options: Intl.DateTimeFormatOptions): string {
  const time = toDate(at);
  return time === null
    ? ABSENT
    : new Intl.DateTimeFormat("en-GB", { ...options, hourCycle: "h23", timeZone }).format(time);
}

function toDate(at: Maybe): Date | null {
  if (at === null || at === undefined) return null;
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? null : time;
}
