/** The areas of the application, each with the scopes of which one leads there. */
import {
  IconBell,
  IconDatabase,
  IconFlask,
  IconLayoutDashboard,
  IconPlayerTrackPrev,
  IconSettings,
  IconShieldHalf,
} from "@tabler/icons-react";
import { may } from "@/session/session";
import { text } from "@/text";

const AREAS = [
  {
    path: "/dashboards",
    label: text.areas.dashboards,
    icon: IconLayoutDashboard,
    scopes: ["dashboards:read"],
  },
  { path: "/fraud", label: text.areas.fraud, icon: IconShieldHalf, scopes: ["fraud:read"] },
  { path: "/experiments", label: text.areas.experiments, icon: IconFlask, scopes: ["experiments:read"] },
  { path: "/replay", label: text.areas.replay, icon: IconPlayerTrackPrev, scopes: ["replay:read"] },
  { path: "/alerts", label: text.areas.alerts, icon: IconBell, scopes: ["alerts:read"] },
  { path: "/data", label: text.areas.data, icon: IconDatabase, scopes: ["ingest:read"] },
  {
    path: "/admin",
    label: text.areas.admin,
    icon: IconSettings,
    scopes: ["admin", "audit:read"],
  },
];

/** Returns the areas of which the key may see something. */
export function visibleAreas() {
  return AREAS.filter(({ scopes }) => scopes.some(may));
}
