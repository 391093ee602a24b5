/** What has happened to an alert, by whom, with their notes. */
import { Text, Timeline, Title } from "@mantine/core";
import type { components } from "@/api/schema.gen";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/alerts";

const SYSTEM = "system";

export function AlertHistory({ history }: { history: readonly components["schemas"]["HistoryEntry"][] }) {
  const { timeZone } = usePreferences();
  return (
    <section>
      <Title order={3} size="sm" mb="xs">
        {t.detail.history}
      </Title>
      <Timeline bulletSize={14} lineWidth={2} active={history.length}>
        {history.map(({ at, status, by, note }) => (
          <Timeline.Item
            key={`${at} ${status}`}
            title={
              <Text size="sm" fw={600}>
                {t.detail.by(t.detail.changes[status], by === SYSTEM ? t.detail.system : by)}
              </Text>
            }
          >
            <Text size="xs" c="dimmed">
              {formatTime(at, timeZone)}
            </Text>
            {note && (
              <Text size="sm" className="tally-break">
                <bdi>{note}</bdi>
              </Text>
            )}
          </Timeline.Item>
        ))}
      </Timeline>
    </section>
  );
}
