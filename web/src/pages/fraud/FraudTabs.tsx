/** The tabs of the area, above the page of one of them. */
import { Stack } from "@mantine/core";
import { Outlet } from "react-router";
import { AreaTabs } from "@/components/AreaTabs";
import { text as t } from "@/text/fraud";
import "./fraud.css";

const TABS = [
  { path: "/fraud", label: t.tabs.overview },
  { path: "/fraud/live", label: t.tabs.live },
  { path: "/fraud/cohorts", label: t.tabs.cohorts },
  { path: "/fraud/matrix", label: t.tabs.matrix },
  { path: "/fraud/drift", label: t.tabs.drift },
];

export function Component() {
  return (
    <Stack gap="md">
      <AreaTabs label={t.area} tabs={TABS} shared={["window", "from", "to", "asOf"]} />
      <Outlet />
    </Stack>
  );
}
