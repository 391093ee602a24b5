/** What became of the records of a batch: a bar of shares, and the numbers. */
import { Box, ColorSwatch, Group, Progress, Text } from "@mantine/core";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/data";
import { type Outcome, outcomesOf } from "./outcomes";

export function OutcomeBar({ outcome, isCompact = false }: { outcome: Outcome; isCompact?: boolean }) {
  const found = outcomesOf(outcome);
  const shown = found.filter(({ count, name }) => count > 0 || (!isCompact && name !== "in_flight"));
  const label = shown.map(({ name, count }) => `${t.outcomes[name]}: ${formatNumber(count)}`).join(", ");
  return (
    <Box miw={isCompact ? 220 : 0}>
      <Progress.Root size={isCompact ? 6 : 14} aria-hidden>
        {found.map(({ name, share, color }) => (
          <Progress.Section key={name} value={100 * share} color={color} />
        ))}
      </Progress.Root>
      <Group gap={isCompact ? "xs" : "lg"} mt={4} aria-label={label} role="group">
        {shown.map(({ name, count, color }) => (
          <Group key={name} gap={6} wrap="nowrap" data-outcome={name}>
            <ColorSwatch
              color={`var(--mantine-color-${color.replace(".", "-")})`}
              size={8}
              withShadow={false}
            />
            <Text size={isCompact ? "xs" : "sm"}>
              {t.outcomes[name]} <b>{formatNumber(count)}</b>
            </Text>
          </Group>
        ))}
      </Group>
    </Box>
  );
}
