/** Enters an instant as the clock of the chosen time zone shows it; its value is an RFC 3339 time. */
import { DateTimePicker } from "@mantine/dates";
import type { ReactNode } from "react";
import { formatTime, fromClock, toClock } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";

type Props = {
  label: string;
  description?: ReactNode;
  placeholder?: string;
  value: string | null;
  onChange: (at: string | null) => void;
  error?: ReactNode;
  isRequired?: boolean;
  /** The last day that can be chosen, as an RFC 3339 time. */
  latest?: string;
};

export function MomentInput({
  label,
  description,
  placeholder,
  value,
  onChange,
  error,
  isRequired = false,
  latest,
}: Props) {
  const { timeZone } = usePreferences();
  return (
    <DateTimePicker
      label={label}
      description={description}
      placeholder={placeholder ?? ""}
      value={value === null ? null : toClock(value, timeZone)}
      onChange={(shown) => onChange(shown === null ? null : fromClock(shown, timeZone))}
      valueFormat={(shown) => formatTime(fromClock(shown, timeZone), timeZone)}
      error={error}
      maw={360}
      withAsterisk={isRequired}
      clearable={!isRequired}
      {...(latest === undefined ? {} : { maxDate: toClock(latest, timeZone).slice(0, 10) })}
    />
  );
}
