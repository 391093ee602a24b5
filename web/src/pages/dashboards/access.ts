/** Who may do what with a dashboard, and where it is. */
import { currentSubject } from "@/session/subject";
import { type Dashboard, PLATFORM } from "./model";

export type Ownership = "platform" | "own" | "public";

/** Whose a dashboard is, as seen by who is signed in. */
export function ownershipOf({ owner }: Pick<Dashboard, "owner">, user = currentSubject()): Ownership {
  if (owner === PLATFORM) return "platform";
  return owner === user ? "own" : "public";
}

export function isOwn(dashboard: Pick<Dashboard, "owner">): boolean {
  return ownershipOf(dashboard) === "own";
}

export function addressOf({ dashboard_id: id }: Pick<Dashboard, "dashboard_id">): string {
  return `/dashboards/${encodeURIComponent(id)}`;
}
