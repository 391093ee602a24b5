/** What people choose for all pages: the time zone. Kept in the browser; a link may override it. */
import { useSyncExternalStore } from "react";

export type Preferences = {
  /** IANA name, e.g. `Europe/Berlin`. */
  timeZone: string;
};

const KEY = "tally.preferences";
const listeners = new Set<() => void>();
let present = read();

/** Returns the preferences, and renders again when they change. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => present,
  );
}

/** Changes some preferences, for this and later visits. */
export function setPreferences(changed: Partial<Preferences>): void {
  present = { ...present, ...changed };
  localStorage.setItem(KEY, JSON.stringify(present));
  for (const listener of listeners) listener();
}

/** Whether the browser knows a time zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** All time zones that people can choose, with UTC first. */
export function timeZones(): string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone").filter((name) => name !== "UTC")];
}

function read(): Preferences {
  const kept = parse(localStorage.getItem(KEY));
  const linked = new URLSearchParams(location.search);
  const timeZone = [linked.get("tz"), kept.timeZone, Intl.DateTimeFormat().resolvedOptions().timeZone, "UTC"];
  return {
    timeZone: timeZone.find((name): name is string => typeof name === "string" && isTimeZone(name)) ?? "UTC",
  };
}

function parse(stored: string | null): { timeZone?: unknown } {
  try {
    const found: unknown = JSON.parse(stored ?? "{}");
    return typeof found === "object" && found !== null ? found : {};
  } catch {
    return {};
  }
}
