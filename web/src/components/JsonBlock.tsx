/** A value as indented JSON below its name, in a frame that scrolls; a sentence where there is none. */
import { Code, ScrollArea, Stack, Text } from "@mantine/core";
import { useId } from "react";
import { ABSENT } from "@/format/numbers";

type Props = { label: string; value: unknown; empty?: string };

export function JsonBlock({ label, value, empty = ABSENT }: Props) {
  const id = useId();
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed" id={id}>
        {label}
      </Text>
      {isEmpty(value) ? (
        <Text size="sm">{empty}</Text>
      ) : (
        <ScrollArea.Autosize
          mah={280}
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

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
