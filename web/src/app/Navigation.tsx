/** The areas of the application; those for which the key has none of the scopes are left out. */
import { NavLink } from "@mantine/core";
import { Link, useLocation } from "react-router";
import { useSession } from "@/session/useSession";
import { text } from "@/text";
import { visibleAreas } from "./areas";
import { OpenAlerts } from "./OpenAlerts";

export function Navigation() {
  useSession();
  const { pathname } = useLocation();
  return (
    <nav aria-label={text.shell.navigation}>
      {visibleAreas().map(({ path, label, icon: Icon }) => {
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
