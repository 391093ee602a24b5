/** Chooses a time range, kept in the address: a window that ends today, or two days. */
import { Group, SegmentedControl } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import dayjs from "dayjs";
import { useMemo } from "react";
import { type Range, rangeOf, startOfDay, type Window, WINDOWS } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text } from "@/text";
import { useUrlState } from "./useUrlState";

const CUSTOM = "custom";
const RESETS = ["page", "from", "to"];

const ALL = Object.keys(WINDOWS) as Window[];

/** Returns the range in the address, in the chosen time zone. `windows` are those that can be chosen. */
export function useUrlRange(initial: Window = "30d", windows: readonly Window[] = ALL): Range {
  const { timeZone } = usePreferences();
  const [window] = useUrlState("window", initial);
  const [from] = useUrlState("from", "");
  const [to] = useUrlState("to", "");
  return useMemo(() => {
    if (isDay(from) && isDay(to) && from < to) {
      return { start: startOfDay(from, timeZone), end: startOfDay(to, timeZone) };
    }
    return rangeOf(windows.find((each) => each === window) ?? initial, timeZone);
  }, [window, from, to, timeZone, initial, windows]);
}

type Props = { initial?: Window; windows?: readonly Window[] };

export function RangePicker({ initial = "30d", windows = ALL }: Props) {
  const [window, setWindow] = useUrlState("window", initial, RESETS);
  const [from, setFrom] = useUrlState("from", "");
  const [to, setTo] = useUrlState("to", "");
  const choices = [...windows, CUSTOM] as const;
  return (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label={text.ranges.label}
        value={window}
        onChange={setWindow}
        data={choices.map((value) => ({ value, label: text.ranges[value] }))}
      />
      {window === CUSTOM && (
        <>
          <Day label={text.ranges.from} value={from} onChange={setFrom} maxDate={to} />
          <Day label={text.ranges.to} value={to} onChange={setTo} minDate={from} />
        </>
      )}
    </Group>
  );
}

type DayProps = {
  label: string;
  value: string;
  onChange: (day: string | null) => void;
  minDate?: string;
  maxDate?: string;
};

function Day({ label, value, onChange, minDate, maxDate }: DayProps) {
  return (
    <DatePickerInput
      size="xs"
      w={140}
      aria-label={label}
      placeholder={label}
      clearable
      value={isDay(value) ? value : null}
      onChange={onChange}
      {...(minDate && isDay(minDate) ? { minDate } : {})}
      {...(maxDate && isDay(maxDate) ? { maxDate } : {})}
    />
  );
}

function isDay(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && dayjs(value).isValid();
}
