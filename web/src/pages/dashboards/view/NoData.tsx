/** Leads from a platform without any data to the import of a file. */
import { Button } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { text as t } from "@/text/dashboards";

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
