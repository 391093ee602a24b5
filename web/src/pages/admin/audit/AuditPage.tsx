/** The audit log: whether it is intact, and its entries, the newest first. */
import { Button, Group, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useNewestFirst } from "@/api/useNewestFirst";
import type { components } from "@/api/schema.gen";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { RangePicker, useUrlRange } from "@/components/RangePicker";
import { useUrlPage, useUrlState } from "@/components/useUrlState";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/admin";
import { EntryDrawer } from "./EntryDrawer";
import { VerificationPanel } from "./VerificationPanel";

export type Entry = components["schemas"]["AuditLog"];

const PAGE_SIZE = 50;
const RESETS = ["page", "entry"];
const ALL = [...RESETS, "action"];

export function Component() {
  const { start: startDate, end: endDate } = useUrlRange();
  const [userId, setUser] = useUrlState("user", "", RESETS);
  const [action, setAction] = useUrlState("action", "", RESETS);
  const [, clear] = useUrlState("user", "", ALL);
  const [number, setNumber] = useUrlPage();
  const filters = { startDate, endDate, userId, action };
  const { query } = useNewestFirst("/api/v1/analytics/audit/logs", number, PAGE_SIZE, filters);
  return (
    <Page title={t.audit.title} description={t.audit.description} actions={<RangePicker />}>
      <VerificationPanel />
      <Group gap="sm" align="flex-end">
        <Filter label={t.audit.user} value={userId} onChange={setUser} />
        <Filter label={t.audit.action} placeholder={t.audit.actionHint} value={action} onChange={setAction} />
      </Group>
      <Panel title={t.audit.table}>
        <Loaded query={query}>
          {(data) => (
            <DataTable
              label={t.audit.table}
              columns={COLUMNS}
              rows={data.logs.toReversed()}
              keyOf={({ id }) => id}
              paging={{ number, size: PAGE_SIZE, total: data.total, onChange: setNumber }}
              empty={
                <EmptyState title={t.audit.empty} hint={t.audit.emptyHint}>
                  {(userId !== "" || action !== "") && (
                    <Button variant="default" onClick={() => clear(null)}>
                      {t.audit.clear}
                    </Button>
                  )}
                </EmptyState>
              }
            />
          )}
        </Loaded>
      </Panel>
      <EntryDrawer entries={query.data?.logs ?? []} />
    </Page>
  );
}

/** A filter that applies once it is entered, so that half a name is not asked about. */
function Filter({
  label,
  value,
  placeholder,
  onChange,
}: {
  label: string;
  value: string;
  placeholder?: string;
  onChange: (value: string | null) => void;
}) {
  return (
    <TextInput
      key={value}
      label={label}
      defaultValue={value}
      w={220}
      maxLength={200}
      {...(placeholder === undefined ? {} : { placeholder })}
      onBlur={(event) => onChange(event.currentTarget.value.trim())}
      onKeyDown={(event) => {
        if (event.key === "Enter") onChange(event.currentTarget.value.trim());
      }}
    />
  );
}

const COLUMNS: readonly Column<Entry>[] = [
  { key: "at", title: t.audit.at, render: (entry) => <Opener entry={entry} /> },
  { key: "user", title: t.audit.user, render: (entry) => <User entry={entry} /> },
  { key: "action", title: t.audit.action, render: ({ action }) => action },
  { key: "resource", title: t.audit.resource, render: ({ resource }) => resource },
  { key: "address", title: t.audit.address, render: ({ sourceIp }) => sourceIp },
];

function Opener({ entry: { id, action, timestamp } }: { entry: Entry }) {
  const { timeZone } = usePreferences();
  const [, open] = useUrlState("entry", "");
  const at = formatTime(timestamp, timeZone);
  return (
    <UnstyledButton onClick={() => open(id)} aria-label={t.audit.open(action, at)}>
      <Text size="sm" c="var(--mantine-color-anchor)">
        {at}
      </Text>
    </UnstyledButton>
  );
}

function User({ entry: { userId, keyId } }: { entry: Entry }) {
  return (
    <Stack gap={0}>
      <bdi>{userId}</bdi>
      {keyId !== userId && (
        <Text size="xs" c="dimmed" ff="monospace">
          {keyId}
        </Text>
      )}
    </Stack>
  );
}
