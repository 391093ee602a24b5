/** Leads from a platform without any data to the import of a file. */
import { Button } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { Link } from "react-router";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { may } from "@/session/session";
import { text as t } from "@/text/dashboards";

/** Whether there is no source of data at all; false as long as that is not known. */
export function useIsEmptyPlatform(): boolean {
  const sources = useApi("/api/v1/ingest/sources", { query: { size: 1 }, enabled: may("ingest:read") });
  return sources.data?.totalElements === 0;
}

export function NoData() {
  return (
    <EmptyState title={t.view.noData} hint={t.view.noDataHint}>
      <Button
        component={Link}
        to="/data/import"
        size="sm"
        leftSection={<IconFileUpload size={16} aria-hidden />}
      >
        {t.view.import}
      </Button>
    </EmptyState>
  );
}
