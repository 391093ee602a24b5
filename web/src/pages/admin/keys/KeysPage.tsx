/** The API keys: who has which scopes, and when each was used last. */
import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useApi } from "@/api/queries";
import type { components } from "@/api/schema.gen";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Moment } from "@/components/Moment";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { useUrlPage, useUrlState } from "@/components/useUrlState";
import { currentKeyId } from "@/session/subject";
import { text as t } from "@/text/admin";
import { KeyMenu } from "./KeyMenu";
import { NewKeyModal } from "./NewKeyModal";
import { inOrder } from "./scopes";

export type ApiKey = components["schemas"]["ApiKey"];

const PAGE_SIZE = 25;

export function Component() {
  const [isCreating, setCreating] = useState(false);
  const [number, setNumber] = useUrlPage();
  const [by, sortBy] = useUrlState("sort", "created_at,desc", ["page"]);
  const keys = useApi("/api/v1/auth/keys", {
    query: { page: number, size: PAGE_SIZE, sort: by },
    keep: true,
  });
  return (
    <Page
      title={t.keys.title}
      description={t.keys.description}
      actions={
        <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setCreating(true)}>
          {t.keys.create}
        </Button>
      }
    >
      <Panel title={t.keys.table}>
        <Loaded query={keys}>
          {(page) => (
            <DataTable
              label={t.keys.table}
              columns={COLUMNS}
              rows={page.content}
              keyOf={({ id }) => id}
              sorting={{ by, onChange: sortBy }}
              paging={{ number, size: PAGE_SIZE, total: page.totalElements, onChange: setNumber }}
              empty={<EmptyState title={t.keys.empty} hint={t.keys.emptyHint} />}
            />
          )}
        </Loaded>
      </Panel>
      {isCreating && <NewKeyModal onClose={() => setCreating(false)} />}
    </Page>
  );
}

const COLUMNS: readonly Column<ApiKey>[] = [
  { key: "name", title: t.keys.name, sort: "name", render: (key) => <Name apiKey={key} /> },
  { key: "owner", title: t.keys.owner, sort: "owner", render: ({ owner }) => <bdi>{owner}</bdi> },
  {
    key: "scopes",
    title: t.keys.scopes,
    render: ({ scopes }) => inOrder(scopes)?.join(", ") ?? t.keys.allScopes,
  },
  {
    key: "created",
    title: t.keys.created,
    sort: "created_at",
    render: (key) => <Moment at={key.created_at} />,
  },
  {
    key: "used",
    title: t.keys.lastUsed,
    sort: "last_used_at",
    render: (key) => <Moment at={key.last_used_at} />,
  },
  { key: "status", title: t.keys.status, sort: "revoked_at", render: (key) => <Status apiKey={key} /> },
  { key: "actions", title: "", render: (key) => (key.revoked_at ? null : <KeyMenu apiKey={key} />) },
];

function Name({ apiKey: { id, name } }: { apiKey: ApiKey }) {
  return (
    <Stack gap={0}>
      <Group gap={6}>
        <Text size="sm" fw={600} className="tally-break">
          <bdi>{name}</bdi>
        </Text>
        {id === currentKeyId() && (
          <Badge size="xs" variant="light">
            {t.keys.yours}
          </Badge>
        )}
      </Group>
      <Text size="xs" c="dimmed" ff="monospace">
        {id}
      </Text>
    </Stack>
  );
}

function Status({ apiKey: { revoked_at } }: { apiKey: ApiKey }) {
  if (!revoked_at) {
    return (
      <Badge size="sm" color="green" variant="light">
        {t.keys.statuses.valid}
      </Badge>
    );
  }
  return (
    <Stack gap={0}>
      <Badge size="sm" color="gray" variant="light">
        {t.keys.statuses.revoked}
      </Badge>
      <Moment at={revoked_at} />
    </Stack>
  );
}
