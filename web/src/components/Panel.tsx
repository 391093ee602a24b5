/** A part of a page on a surface of its own, with a title. */
import { Box, Group, Paper, Text, Title } from "@mantine/core";
import { type ReactNode, useId } from "react";

type Props = { title: string; hint?: string; aside?: ReactNode; children: ReactNode; fill?: boolean };

export function Panel({ title, hint, aside, children, fill = false }: Props) {
  const id = useId();
  return (
    <Paper
      component="section"
      withBorder
      p="sm"
      className="tally-surface"
      aria-labelledby={id}
      {...(fill ? { h: "100%", display: "flex", style: { flexDirection: "column" } } : {})}
    >
      <Group justify="space-between" gap="xs" mb={6} wrap="nowrap">
        <Title order={2} size="sm" id={id} lineClamp={2} className="tally-break">
          {title}
        </Title>
        {aside}
      </Group>
      {hint !== undefined && (
        <Text size="xs" c="dimmed" mb="sm" maw={760}>
          {hint}
        </Text>
      )}
      <Box {...(fill ? { flex: 1, mih: 0 } : {})}>{children}</Box>
    </Paper>
  );
}
