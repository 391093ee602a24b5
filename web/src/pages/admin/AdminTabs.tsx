/** The tabs of the area, above the page of one of them. */
import { Stack } from "@mantine/core";
import { Outlet } from "react-router";
import { AreaTabs } from "@/components/AreaTabs";
import { text as t } from "@/text/admin";
import { visibleParts } from "./parts";

export function Component() {
  return (
    <Stack gap="md">
      <AreaTabs label={t.tabs.label} tabs={visibleParts()} />
      <Outlet />
    </Stack>
  );
}
