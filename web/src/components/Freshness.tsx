/** How fresh a number is, and whether it may still change. */
import { Badge, Group, Text, Tooltip } from "@mantine/core";
import { formatAgo, formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text } from "@/text";

type Props = { at: string | null | undefined; provisional?: boolean | undefined; hint?: string | undefined };

export function Freshness({ at, provisional = false, hint }: Props) {
  const { timeZone } = usePreferences();
  return (
    <Group gap={6} wrap="nowrap">
      <Tooltip label={at ? text.freshness.at(formatTime(at, timeZone)) : text.freshness.none}>
        <Text size="xs" c="dimmed" tabIndex={0} truncate>
          {at ? formatAgo(at) : text.freshness.none}
        </Text>
      </Tooltip>
      {provisional && (
        <Tooltip label={hint ?? text.freshness.provisionalHint} multiline maw={320}>
          <Badge size="xs" color="yellow" variant="light" tabIndex={0}>
            {text.freshness.provisional}
          </Badge>
        </Tooltip>
      )}
    </Group>
  );
}
