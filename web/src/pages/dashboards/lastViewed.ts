/** The dashboard that was looked at last, which the address of the application leads to. */
const KEY = "tally.dashboard";
const FIRST = "executive";

export function lastViewed(): string {
  return localStorage.getItem(KEY) ?? FIRST;
}

export function remember(id: string): void {
  localStorage.setItem(KEY, id);
}

/** Forgets a dashboard that is no longer there. */
export function forget(id: string): void {
  if (localStorage.getItem(KEY) === id) localStorage.removeItem(KEY);
}
