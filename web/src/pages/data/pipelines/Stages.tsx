/** The stages of a pipeline in the order in which data pass them. */
import { Box, Group, Paper, ScrollArea, Text } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { formatNumber, formatSeconds } from "@/format/numbers";
import { text as t } from "@/text/dataPipelines";
import type { Pipeline } from "./PipelinesPage";
import { STATUS_COLORS } from "./PipelineStatus";

type Stage = Pipeline["stages"][number];

export function Stages({ stages }: { stages: readonly Stage[] }) {
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: "region", "aria-label": t.stages }}>
      <Group component="ol" gap={4} wrap="nowrap" align="stretch" p={0} m={0} style={{ listStyle: "none" }}>
        {stages.map((stage, place) => (
          <Group key={stage.stage} component="li" gap={4} wrap="nowrap" align="stretch">
            {place > 0 && (
              <Box display="flex" style={{ alignItems: "center" }}>
                <IconChevronRight size={16} aria-hidden />
              </Box>
            )}
            <StageCard stage={stage} />
          </Group>
        ))}
      </Group>
    </ScrollArea>
  );
}

function StageCard({ stage }: { stage: Stage }) {
  const color = `var(--mantine-color-${STATUS_COLORS[stage.status]}-6)`;
  return (
    <Paper
      withBorder
      p="xs"
      w={210}
      style={{ borderInlineStart: `4px solid ${color}` }}
      data-stage={stage.stage}
    >
      <Group justify="space-between" wrap="nowrap" mb={4}>
        <Text size="sm" fw={600}>
          {t.stageNames[stage.stage] ?? stage.stage}
        </Text>
        <Text size="xs" c="dimmed">
          {t.statuses[stage.status]}
        </Text>
      </Group>
      <Line name={t.passed} value={t.passedOf(formatNumber(stage.out), formatNumber(stage.in), stage.unit)} />
      <Line name={t.waiting} value={waitingOf(stage)} isBad={stage.lagSeconds > 0} />
      <Line
        name={t.lag}
        value={stage.lagSeconds === 0 ? t.onTime : formatSeconds(stage.lagSeconds)}
        isBad={stage.lagSeconds > 0}
      />
      {stage.deadLetters != null && (
        <Line name={t.deadLetters} value={formatNumber(stage.deadLetters)} isBad={stage.deadLetters > 0} />
      )}
      {stage.cause != null && (
        <Text size="xs" mt={4} className="tally-break">
          {stage.cause}
        </Text>
      )}
    </Paper>
  );
}

function waitingOf({ waiting, oldestWaitingSeconds }: Stage): string {
  const count = formatNumber(waiting);
  return oldestWaitingSeconds === null ? count : t.waitingSince(count, formatSeconds(oldestWaitingSeconds));
}

function Line({ name, value, isBad = false }: { name: string; value: string; isBad?: boolean }) {
  return (
    <Group justify="space-between" gap="xs" wrap="nowrap">
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text
        size="xs"
        fw={isBad ? 700 : 400}
        ta="end"
        {...(isBad ? { c: "var(--mantine-color-red-light-color)" } : {})}
      >
        {value}
      </Text>
    </Group>
  );
}
