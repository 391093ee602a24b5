/** Enters a duration as a number and a unit in words. */
import { NativeSelect, NumberInput } from "@mantine/core";
import type { ReactNode } from "react";
import { type Duration, DURATION_UNITS, type DurationUnit } from "@/format/durations";
import { text } from "@/text";

type Props = {
  label: string;
  description?: ReactNode;
  value: Duration;
  onChange: (value: Duration) => void;
  error?: ReactNode;
  disabled?: boolean;
  isRequired?: boolean;
};

const UNIT_WIDTH = 104;
const UNIT_STYLES = {
  input: {
    paddingInlineStart: 10,
    borderInlineStart: "1px solid var(--mantine-color-default-border)",
    borderRadius: 0,
  },
};

export function DurationInput({ label, value, onChange, isRequired = false, ...rest }: Props) {
  return (
    <NumberInput
      label={label}
      withAsterisk={isRequired}
      min={0}
      value={value.amount ?? ""}
      onChange={(amount) => onChange({ ...value, amount: typeof amount === "number" ? amount : null })}
      rightSectionWidth={UNIT_WIDTH}
      rightSection={
        <NativeSelect
          variant="unstyled"
          w={UNIT_WIDTH}
          rightSectionWidth={28}
          styles={UNIT_STYLES}
          aria-label={text.durations.unitOf(label)}
          data={DURATION_UNITS.map((unit) => ({ value: unit, label: text.durations.units[unit] }))}
          value={value.unit}
          onChange={(event) => onChange({ ...value, unit: event.currentTarget.value as DurationUnit })}
          disabled={rest.disabled ?? false}
        />
      }
      {...rest}
    />
  );
}
