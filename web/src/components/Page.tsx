/** The frame of a page: its title, what it is for, its actions, and its content. */
import { Box, Group, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { text } from "@/text";

type Props = {
  title: string;
  description?: ReactNode;
  /** Controls beside the title. */
  actions?: ReactNode;
  children: ReactNode;
};

export function Page({ title, description, actions, children }: Props) {
  return (
    <Stack gap="md">
      <title>{`${title} · ${text.product}`}</title>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box>
          <Title order={1} size="h3" className="tally-break">
            {title}
          </Title>
          {description !== undefined && (
            <Text size="sm" c="dimmed" component="div" maw={760} className="tally-break">
              {description}
            </Text>
          )}
        </Box>
        {actions !== undefined && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  );
}
