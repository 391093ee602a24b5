/** The states that an experiment was in, the last one first. */
import { Text, Timeline } from "@mantine/core";
import { type Experiment, STATUS_COLORS } from "./moves";
import { Panel } from "@/components/Panel";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/experiments";

export function HistoryPanel({ history }: { history: Experiment["history"] }) {
  const { timeZone } = usePreferences();
  return (
    <Panel title={t.design.history}>
      <Timeline active={0} bulletSize={14} lineWidth={2}>
        {history.toReversed().map(({ status, at, by }) => (
          <Timeline.Item key={at + status} title={t.statuses[status]} color={STATUS_COLORS[status]}>
            <Text size="xs" c="dimmed" className="tally-break">
              {t.design.byAt(by, formatTime(at, timeZone))}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </Panel>
  );
}
