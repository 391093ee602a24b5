/** The tabs of the area, above the page of one of them; those that the key has no scope for are left out. */
import { Stack } from "@mantine/core";
import { Outlet } from "react-router";
import { AreaTabs } from "@/components/AreaTabs";
import { may } from "@/session/session";
import { useSession } from "@/session/useSession";
import { text as t } from "@/text/data";

const TABS = [
  { path: "/data/import", label: t.tabs.import, scope: "ingest:write" },
  { path: "/data/sources", label: t.tabs.sources, scope: "ingest:read" },
  { path: "/data/batches", label: t.tabs.batches, scope: "ingest:read" },
  { path: "/data/quarantine", label: t.tabs.quarantine, scope: "ingest:read" },
  { path: "/data/ledger", label: t.tabs.ledger, scope: "ingest:read" },
  { path: "/data/quality", label: t.tabs.quality, scope: "quality:read" },
  { path: "/data/pipelines", label: t.tabs.pipelines, scope: "fraud:read" },
];

export function Component() {
  useSession();
  return (
    <Stack gap="md">
      <AreaTabs label={t.area} tabs={TABS.filter(({ scope }) => may(scope))} />
      <Outlet />
    </Stack>
  );
}
