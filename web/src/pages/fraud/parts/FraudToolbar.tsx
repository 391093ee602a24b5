/** The time range, the moment as of which it is judged, and what else a fraud page can be narrowed by. */
import { Group, Tooltip } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import { IconHistory } from "@tabler/icons-react";
import dayjs from "dayjs";
import type { ReactNode } from "react";
import { RangePicker } from "@/components/RangePicker";
import { useUrlState } from "@/components/useUrlState";
import type { Window } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/fraud";
import { USUAL_WINDOW } from "./useFraudRange";

const LOCAL = "YYYY-MM-DD HH:mm:ss";

export function FraudToolbar({
  initial = USUAL_WINDOW,
  children,
}: {
  initial?: Window;
  children?: ReactNode;
}) {
  return (
    <Group gap="xs">
      <RangePicker initial={initial} />
      <AsOf />
      {children}
    </Group>
  );
}

function AsOf() {
  const { timeZone } = usePreferences();
  const [asOf, setAsOf] = useUrlState("asOf", "");
  const at = dayjs(asOf === "" ? null : asOf);
  const now = dayjs().tz(timeZone);
  return (
    <Tooltip label={t.asOf.hint} multiline maw={320} events={{ hover: true, focus: false, touch: false }}>
      <DateTimePicker
        size="xs"
        w={asOf === "" ? 120 : 190}
        aria-label={t.asOf.label}
        placeholder={t.asOf.now}
        valueFormat="D MMM YYYY, HH:mm"
        leftSection={<IconHistory size={14} aria-hidden />}
        clearable
        value={at.isValid() ? at.tz(timeZone).format(LOCAL) : null}
        maxDate={now.format(LOCAL)}
        onChange={(local) => setAsOf(local === null ? null : dayjs.tz(local, timeZone).toISOString())}
      />
    </Tooltip>
  );
}
