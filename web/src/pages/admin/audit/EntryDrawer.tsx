/** The entry that the address names, beside the list: the states before and after the action. */
import { Code, Drawer, Stack, Text } from "@mantine/core";
import { EmptyState } from "@/components/EmptyState";
import { Facts } from "@/components/Facts";
import { JsonBlock } from "@/components/JsonBlock";
import { useUrlState } from "@/components/useUrlState";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/admin";
import type { Entry } from "./AuditPage";

export function EntryDrawer({ entries }: { entries: readonly Entry[] }) {
  const [id, setId] = useUrlState("entry", "");
  const entry = entries.find((each) => each.id === id);
  return (
    <Drawer
      opened={id !== ""}
      onClose={() => setId(null)}
      title={t.audit.entry.title}
      position="right"
      size="lg"
    >
      {entry === undefined ? <EmptyState title={t.audit.entry.missing} /> : <Detail entry={entry} />}
    </Drawer>
  );
}

function Detail({ entry }: { entry: Entry }) {
  const { timeZone } = usePreferences();
  return (
    <Stack gap="md">
      <Facts
        columns={2}
        facts={[
          [t.audit.at, formatTime(entry.timestamp, timeZone)],
          [t.audit.action, entry.action],
          [t.audit.user, <bdi>{entry.userId}</bdi>],
          [t.audit.key, entry.keyId],
          [t.audit.resource, entry.resource],
          [t.audit.address, entry.sourceIp],
          [t.audit.entry.request, entry.requestId],
          [t.audit.entry.id, entry.id],
        ]}
      />
      <JsonBlock label={t.audit.entry.before} value={entry.before} empty={t.audit.entry.nothing} />
      <JsonBlock label={t.audit.entry.after} value={entry.after} empty={t.audit.entry.nothing} />
      <Text size="xs" c="dimmed" className="tally-break">
        {t.audit.entry.hash} <Code>{entry.hash}</Code>
      </Text>
    </Stack>
  );
}
