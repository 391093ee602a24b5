/** How long ago something was, with the exact time in the chosen zone in its tooltip. */
import { Text, Tooltip } from "@mantine/core";
import { formatAgo, formatTime } from "@/format/times";
import { ABSENT } from "@/format/numbers";
import { usePreferences } from "@/preferences/preferences";

export function Moment({ at }: { at: string | null | undefined }) {
  const { timeZone } = usePreferences();
  if (!at) return <>{ABSENT}</>;
  return (
    <Tooltip label={formatTime(at, timeZone)}>
      <Text component="time" inherit dateTime={at} tabIndex={0}>
        {formatAgo(at)}
      </Text>
    </Tooltip>
  );
}
