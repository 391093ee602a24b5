/** The areas of the application; those that the key has no scope for are left out. */
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

const AREAS = [
  { path: "/dashboards", label: text.areas.dashboards, icon: IconLayoutDashboard, scope: "dashboards:read" },
  { path: "/fraud", label: text.areas.fraud, icon: IconShieldHalf, scope: "fraud:read" },
  { path: "/experiments", label: text.areas.experiments, icon: IconFlask, scope: "experiments:read" },
  { path: "/replay", label: text.areas.replay, icon: IconPlayerTrackPrev, scope: "replay:read" },
  { path: "/alerts", label: text.areas.alerts, icon: IconBell, scope: "alerts:read" },
  { path: "/data", label: text.areas.data, icon: IconDatabase, scope: "ingest:read" },
  { path: "/admin", label: text.areas.admin, icon: IconSettings, scope: "admin" },
];

export function Navigation() {
  useSession();
  const { pathname } = useLocation();
  return (
    <nav aria-label={text.shell.navigation}>
      {AREAS.filter(({ scope }) => may(scope)).map(({ path, label, icon: Icon }) => {
        const isHere = pathname === path || pathname.startsWith(`${path}/`);
        return (
          <NavLink
            key={path}
            component={Link}
            to={path}
            label={label}
            leftSection={<Icon size={18} aria-hidden />}
            active={isHere}
            {...(isHere ? { "aria-current": "page" as const } : {})}
          />
        );
      })}
    </nav>
  );
}
