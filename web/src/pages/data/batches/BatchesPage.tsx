/** Batches and files, newest first: their status, progress and outcome. */
import { Anchor, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { useUrlPage, useUrlState } from "@/components/useUrlState";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/data";
import { SOURCE_COLUMNS } from "../parts/sourceColumns";
import { DeliveryFilters, UrlSelect, useDeliveryFilters } from "../parts/DeliveryFilters";
import { BatchStatus, isBatchStatus, STATUS_CHOICES } from "./BatchStatus";
import { OutcomeBar } from "./OutcomeBar";

export type Batch = Result<"/api/v1/ingest/batches">["content"][number];

const SIZE = 25;
const RESETS = ["page"];

export function Component() {
  const { timeZone } = usePreferences();
  const [page, setPage] = useUrlPage();
  const [sort, setSort] = useUrlState("sort", "started_at,desc", RESETS);
  const [status] = useUrlState("status", "");
  const filters = useDeliveryFilters();
  const batches = useApi("/api/v1/ingest/batches", {
    query: { ...filters, status: isBatchStatus(status) ? status : null, page, size: SIZE, sort },
    keep: true,
    every: (found) => (found?.content.some((each) => each.status === "processing") ? 30_000 : false),
  });
  return (
    <Page title={t.batches.title} description={t.batches.description}>
      <DeliveryFilters>
        <UrlSelect name="status" label={t.batches.status} any={t.batches.anyStatus} data={STATUS_CHOICES} />
      </DeliveryFilters>
      <Loaded query={batches}>
        {({ content, number, totalElements }) => (
          <DataTable
            label={t.batches.title}
            columns={columnsIn(timeZone)}
            rows={content}
            keyOf={({ batch_id }) => batch_id}
            paging={{ number, size: SIZE, total: totalElements, onChange: setPage }}
            sorting={{ by: sort, onChange: setSort }}
            empty={<EmptyState title={t.batches.none} hint={t.batches.noneHint} />}
          />
        )}
      </Loaded>
    </Page>
  );
}

function columnsIn(timeZone: string): readonly Column<Batch>[] {
  return [
    {
      key: "batch",
      title: t.batches.received,
      sort: "started_at",
      render: ({ batch_id, started_at, progress }) => (
        <Stack gap={0} miw={190}>
          <Anchor component={Link} to={`/data/batches/${batch_id}`} size="sm">
            {formatTime(started_at, timeZone)}
          </Anchor>
          <Text size="xs" c="dimmed">
            {progress.total_bytes === undefined ? t.batches.request : t.batches.file}
          </Text>
        </Stack>
      ),
    },
    ...SOURCE_COLUMNS,
    {
      key: "status",
      title: t.batches.status,
      sort: "status",
      render: ({ status, progress }) => (
        <BatchStatus status={status} percentage={progress.progress_percentage} />
      ),
    },
    {
      key: "outcome",
      title: t.batches.outcome,
      render: ({ outcome }) => <OutcomeBar outcome={outcome} isCompact />,
    },
  ];
}
