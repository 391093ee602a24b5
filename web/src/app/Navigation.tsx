/** The areas of the application; those for which the key has none of the scopes are left out. */
import { NavLink } from "@mantine/core";
import {
  IconBell,
  IconDatabase,
  IconFlask,
  IconLayoutDashboard,
  IconPlayerTrackPrev,
  IconSettings,
  IconShieldHalf,
} from "@tabler/icons-react";
import { Link, useLocation } from "react-router";
import { may } from "@/session/session";
import { useSession } from "@/session/useSession";
import { text } from "@/text";
import { OpenAlerts } from "./OpenAlerts";

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

export function Navigation() {
  useSession();
  const { pathname } = useLocation();
  return (
    <nav aria-label={text.shell.navigation}>
      {AREAS.filter(({ scopes }) => scopes.some(may)).map(({ path, label, icon: Icon }) => {
        const isHere = pathname === path || pathname.startsWith(`${path}/`);
        return (
          <NavLink
            key={path}
            component={Link}
            to={path}
            label={label}
            leftSection={<Icon size={18} aria-hidden />}
            active={isHere}
            rightSection={path === "/alerts" ? <OpenAlerts /> : undefined}
            {...(isHere ? { "aria-current": "page" as const } : {})}
          />
        );
      })}
    </nav>
  );
}
