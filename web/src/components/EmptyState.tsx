/** Says what is missing and what to do about it. */
import { Center, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

export function EmptyState({
  title,
  hint,
  children,
}: {
  title: string;
  hint?: string;
  children?: ReactNode;
}) {
  return (
    <Center mih={200} p="lg">
      <Stack align="center" gap="xs" maw={520} ta="center">
        <Title order={2} size="h4">
          {title}
        </Title>
        {hint !== undefined && <Text c="dimmed">{hint}</Text>}
        {children}
      </Stack>
    </Center>
  );
}
