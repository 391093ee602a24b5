/** The parts of administration, each with the scope that it needs. */
import { may } from "@/session/session";
import { text as t } from "@/text/admin";

const PARTS = [
  { path: "/admin/keys", label: t.tabs.keys, scope: "admin" },
  { path: "/admin/audit", label: t.tabs.audit, scope: "audit:read" },
  { path: "/admin/policy", label: t.tabs.policy, scope: "fraud:read" },
] as const;

/** Returns the parts that the key may see. */
export function visibleParts() {
  return PARTS.filter(({ scope }) => may(scope));
}
