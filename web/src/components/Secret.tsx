/** A secret that is shown once, to be copied. */
import { ActionIcon, Code, CopyButton, Group, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { text } from "@/text";

export function Secret({ label, value }: { label: string; value: string }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <Code block flex={1} className="tally-secret" aria-label={label}>
        {value}
      </Code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? text.actions.copied : text.actions.copy}>
            <ActionIcon
              variant="default"
              size="lg"
              color={copied ? "green" : "gray"}
              onClick={copy}
              aria-label={`${copied ? text.actions.copied : text.actions.copy}: ${label}`}
            >
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  );
}
