/** How many rows of the beginning would be loaded, and what is wrong with the others. */
import { Alert, Badge, Code, Group, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/dataImport";
import { Score } from "../parts/Score";
import { nameOfPreset } from "./presets";
import type { Preview } from "./usePreview";

const MOST_KINDS = 8;

export function Problems({ preview, missing }: { preview: Preview | null; missing: readonly string[] }) {
  if (preview === null) {
    return (
      <Text size="sm" c="dimmed">
        {t.result.notPreviewed}
      </Text>
    );
  }
  const isFine = preview.rows > 0 && preview.valid_rows === preview.rows;
  const kinds = preview.error_counts.slice(0, MOST_KINDS);
  return (
    <Stack gap="sm">
      <Group gap="md" role="status" data-valid={preview.valid_rows} data-rows={preview.rows}>
        <Text fz={28} fw={700} lh={1}>
          {t.result.valid(formatNumber(preview.valid_rows), formatNumber(preview.rows))}
        </Text>
        <Group gap={6}>
          <Text size="sm" c="dimmed">
            {t.result.quality}
          </Text>
          <Score score={preview.quality_score} />
        </Group>
        {preview.preset != null && (
          <Badge variant="light" tt="none">
            {t.result.looksLike(nameOfPreset(preview.preset))}
          </Badge>
        )}
      </Group>
      {missing.length > 0 && (
        <Alert color="yellow" icon={<IconAlertTriangle size={18} aria-hidden />} title={t.result.missing}>
          <Group gap={4}>
            {missing.map((field) => (
              <Code key={field}>{field}</Code>
            ))}
          </Group>
          <Text size="sm" mt={4}>
            {t.result.missingHint}
          </Text>
        </Alert>
      )}
      {isFine && (
        <Group gap={6}>
          <IconCircleCheck size={18} color="var(--mantine-color-green-6)" aria-hidden />
          <Text size="sm">{t.result.fine}</Text>
        </Group>
      )}
      {kinds.length > 0 && (
        <List size="sm" spacing={4}>
          {kinds.map(({ field, code, message, count }) => (
            <List.Item key={`${field} ${code} ${message}`} className="tally-break">
              {field !== "" && <Code mr={4}>{field.replace(/^\//, "")}</Code>}
              {message} <b>{t.result.times(formatNumber(count))}</b>
            </List.Item>
          ))}
        </List>
      )}
      {preview.error_counts.length > MOST_KINDS && (
        <Text size="xs" c="dimmed">
          {t.result.more(preview.error_counts.length - MOST_KINDS)}
        </Text>
      )}
    </Stack>
  );
}
