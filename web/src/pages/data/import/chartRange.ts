/** The time range of the first chart of a file: whole days around its records, in buckets that can be read. */
import dayjs from "dayjs";
import timezone from "dayjs/plugin/timezone";
import utc from "dayjs/plugin/utc";
import { startOfDay } from "@/format/times";

dayjs.extend(utc);
dayjs.extend(timezone);

export type Granularity = "hourly" | "daily" | "weekly" | "monthly";

export function chartRange(
  { earliest, latest }: { earliest: string; latest: string },
  timeZone: string,
): { start: string; end: string; granularity: Granularity } {
  const first = dayjs(earliest).tz(timeZone).format("YYYY-MM-DD");
  const last = dayjs(latest).tz(timeZone).format("YYYY-MM-DD");
  // Calendar days are counted in UTC, where each has 24 hours.
  const after = dayjs.utc(last).add(1, "day");
  const days = after.diff(dayjs.utc(first), "day");
  return {
    start: startOfDay(first, timeZone),
    end: startOfDay(after.format("YYYY-MM-DD"), timeZone),
    granularity: days <= 2 ? "hourly" : days <= 190 ? "daily" : days <= 1100 ? "weekly" : "monthly",
  };
}
