/** All sources of data: whether they deliver, how fresh they are, and how much came from them. */
import { Anchor, Badge, Button, Group, Stack, Switch, Text } from "@mantine/core";
import { IconUpload } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Freshness } from "@/components/Freshness";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { useUrlPage, useUrlState } from "@/components/useUrlState";
import { formatNumber } from "@/format/numbers";
import { may } from "@/session/session";
import { text as t } from "@/text/data";
import { nameOfType } from "../parts/dataTypes";
import { SourceStatus } from "./SourceStatus";
import { readConfiguration } from "./configuration";

type Source = Result<"/api/v1/ingest/sources">["content"][number];

const SIZE = 25;
const RESETS = ["page"];

const COLUMNS: readonly Column<Source>[] = [
  {
    key: "source",
    title: t.sources.source,
    sort: "name",
    render: (source) => (
      <Stack gap={0} miw={160}>
        <Anchor component={Link} to={`/data/sources/${source.source_id}`} size="sm" fw={600}>
          {source.name}
        </Anchor>
        <Text size="xs" c="dimmed" ff="monospace">
          {source.source_id}
        </Text>
      </Stack>
    ),
  },
  { key: "status", title: t.sources.status, render: ({ status }) => <SourceStatus status={status} /> },
  { key: "kind", title: t.sources.kind, render: ({ type }) => t.sources.kinds[type] },
  {
    key: "types",
    title: t.sources.delivers,
    render: ({ configuration }) => (
      <Group gap={4}>
        {Object.keys(readConfiguration(configuration).delivered).map((type) => (
          <Badge key={type} variant="default" size="sm" tt="none">
            {nameOfType(type)}
          </Badge>
        ))}
      </Group>
    ),
  },
  {
    key: "last",
    title: t.sources.lastDelivery,
    sort: "last_ingestion",
    render: ({ last_ingestion }) => <Freshness at={last_ingestion} />,
  },
  {
    key: "records",
    title: t.sources.records,
    isNumber: true,
    sort: "total_records",
    render: ({ total_records }) => formatNumber(total_records),
  },
];

export function Component() {
  const [page, setPage] = useUrlPage();
  const [sort, setSort] = useUrlState("sort", "source_id,asc", RESETS);
  const [all, setAll] = useUrlState("all", "yes", RESETS);
  const sources = useApi("/api/v1/ingest/sources", {
    query: { page, size: SIZE, sort, active_only: all === "yes" ? "false" : "true" },
    keep: true,
    every: 60_000,
  });
  return (
    <Page
      title={t.sources.title}
      description={t.sources.description}
      actions={
        <>
          <Switch
            size="xs"
            label={t.sources.withInactive}
            checked={all === "yes"}
            onChange={({ currentTarget }) => setAll(currentTarget.checked ? "yes" : "no")}
          />
          {may("ingest:write") && <ImportButton />}
        </>
      }
    >
      <Loaded query={sources}>
        {({ content, number, totalElements }) => (
          <DataTable
            label={t.sources.title}
            columns={COLUMNS}
            rows={content}
            keyOf={({ source_id }) => source_id}
            paging={{ number, size: SIZE, total: totalElements, onChange: setPage }}
            sorting={{ by: sort, onChange: setSort }}
            empty={
              <EmptyState title={t.sources.none} hint={t.sources.noneHint}>
                {may("ingest:write") && <ImportButton />}
              </EmptyState>
            }
          />
        )}
      </Loaded>
    </Page>
  );
}

function ImportButton() {
  return (
    <Button component={Link} to="/data/import" leftSection={<IconUpload size={14} aria-hidden />}>
      {t.actions.import}
    </Button>
  );
}
