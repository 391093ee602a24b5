/** The tabs of the area, above the page of one of them. */
import { Stack } from "@mantine/core";
import { Outlet } from "react-router";
import { AreaTabs } from "@/components/AreaTabs";
import { text as t } from "@/text/alerts";

const TABS = [
  { path: "/alerts", label: t.tabs.alerts },
  { path: "/alerts/rules", label: t.tabs.rules },
];

export function Component() {
  return (
    <Stack gap="md">
      <AreaTabs label={t.tabs.label} tabs={TABS} />
      <Outlet />
    </Stack>
  );
}
