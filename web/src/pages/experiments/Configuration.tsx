/** What a variant makes the decision engine use, as JSON. */
import { Code, ScrollArea, Stack, Text } from "@mantine/core";
import { useId } from "react";
import { text as t } from "@/text/experiments";

export function Configuration({ label, value }: { label: string; value: object | undefined }) {
  const id = useId();
  const isEmpty = value === undefined || Object.keys(value).length === 0;
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed" id={id}>
        {label}
      </Text>
      {isEmpty ? (
        <Text size="sm">{t.design.noConfiguration}</Text>
      ) : (
        <ScrollArea.Autosize
          mah={240}
          type="auto"
          viewportProps={{ tabIndex: 0, role: "region", "aria-labelledby": id }}
        >
          <Code block className="tally-break">
            {JSON.stringify(value, null, 2)}
          </Code>
        </ScrollArea.Autosize>
      )}
    </Stack>
  );
}
