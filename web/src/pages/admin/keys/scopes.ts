/** The scopes of keys: by what they concern, and the usual choices of several. */
import type { components } from "@/api/schema.gen";

export type Scope = components["schemas"]["Scope"];

export const SCOPES: readonly Scope[] = [
  "dashboards:read",
  "dashboards:write",
  "analytics:read",
  "fraud:read",
  "experiments:read",
  "experiments:write",
  "replay:read",
  "replay:run",
  "alerts:read",
  "alerts:write",
  "quality:read",
  "ingest:read",
  "ingest:write",
  "export:run",
  "audit:read",
  "admin",
];

export const PRESETS = {
  read: SCOPES.filter((scope) => scope.endsWith(":read") && scope !== "audit:read"),
  ingest: ["ingest:read", "ingest:write"],
  all: SCOPES.filter((scope) => scope !== "admin"),
  none: [],
} as const satisfies Record<string, readonly Scope[]>;

/** Returns scopes in the order of their list, e.g. for a table; null if they are all there are. */
export function inOrder(scopes: readonly Scope[]): readonly Scope[] | null {
  const ordered = SCOPES.filter((scope) => scopes.includes(scope));
  return ordered.length === SCOPES.length ? null : ordered;
}
