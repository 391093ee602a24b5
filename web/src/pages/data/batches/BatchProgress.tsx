/** How far a batch is: for a file, its three stages one after the other. */
import { Group, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import { minutesOf } from "@/format/durations";
import { formatBytes, formatNumber, formatSeconds } from "@/format/numbers";
import { text as t } from "@/text/data";
import type { BatchDetails } from "./useBatch";

export function BatchProgress({ batch }: { batch: BatchDetails }) {
  const { progress } = batch;
  const percentage = progress.progress_percentage;
  return (
    <Stack gap="xs">
      <Group gap="sm" wrap="nowrap">
        <Progress value={percentage} flex={1} animated aria-label={t.batches.progress} />
        <Text size="sm" fw={600} data-progress={percentage}>
          {formatNumber(percentage, 1)}%
        </Text>
        {progress.estimated_remaining != null && (
          <Text size="sm" c="dimmed">
            {t.batches.remaining(formatSeconds(60 * (minutesOf(progress.estimated_remaining) ?? 0)))}
          </Text>
        )}
      </Group>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        {progress.total_bytes != null && (
          <Stage
            name={t.batches.checked}
            value={t.batches.partOf(formatBytes(progress.checked_bytes), formatBytes(progress.total_bytes))}
          />
        )}
        {progress.loaded_records != null && (
          <Stage name={t.batches.loaded} value={formatNumber(progress.loaded_records)} />
        )}
        <Stage
          name={t.batches.merged}
          value={t.batches.partOf(
            formatNumber(progress.processed_records),
            formatNumber(progress.total_records),
          )}
        />
      </SimpleGrid>
    </Stack>
  );
}

function Stage({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm">{value}</Text>
    </div>
  );
}
