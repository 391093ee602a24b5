/** The parts of an area as a row of links, each with an address of its own. */
import { Group, ScrollArea, UnstyledButton } from "@mantine/core";
import { Link, useLocation, useSearchParams } from "react-router";

export type AreaTab = { path: string; label: string };

type Props = {
  /** What the tabs are of, for screen readers. */
  label: string;
  /** The first one is the index of the area, below whose path the others are. */
  tabs: readonly AreaTab[];
  /** The query parameters that are the same on all tabs, e.g. those of the time range. */
  shared?: readonly string[];
};

export function AreaTabs({ label, tabs, shared = [] }: Props) {
  const { pathname } = useLocation();
  const [parameters] = useSearchParams();
  const carried = new URLSearchParams(
    shared.flatMap((name) => parameters.getAll(name).map((value) => [name, value])),
  ).toString();
  const here = tabs.find(
    ({ path }, place) => pathname === path || (place > 0 && pathname.startsWith(`${path}/`)),
  );
  return (
    <nav aria-label={label}>
      <ScrollArea type="never" className="tally-tabs">
        <Group gap="md" wrap="nowrap">
          {tabs.map((tab) => (
            <UnstyledButton
              key={tab.path}
              component={Link}
              to={{ pathname: tab.path, search: carried }}
              className="tally-tab"
              fz="sm"
              {...(tab === here ? { "aria-current": "page" as const } : {})}
            >
              {tab.label}
            </UnstyledButton>
          ))}
        </Group>
      </ScrollArea>
    </nav>
  );
}
