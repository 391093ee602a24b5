/** How often a source delivers, as a number of minutes, hours or days; empty if it is not regular. */
import { Group, Input, NumberInput, Select } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { type Duration, readDuration, writeDuration } from "@/format/durations";
import { text as t } from "@/text/data";

const UNITS = (["minute", "hour", "day"] as const).map((value) => ({ value, label: t.sources.units[value] }));

type Props = {
  value?: string;
  onChange?: (cadence: string) => void;
  error?: ReactNode;
  isDisabled: boolean;
};

export function CadenceInput({ value = "", onChange, error, isDisabled }: Props) {
  const [typed, setTyped] = useState(() => readDuration(value));
  // What was typed stays as it is, e.g. 24 hours, although it reads as a day; another value from outside replaces it.
  const { amount, unit } = writeDuration(typed) === value ? typed : readDuration(value);
  const change = (next: Duration) => {
    setTyped(next);
    onChange?.(writeDuration(next));
  };
  return (
    <Input.Wrapper label={t.sources.cadence} description={t.sources.cadenceHint} error={error}>
      <Group gap="xs" wrap="nowrap" mt={5}>
        <NumberInput
          aria-label={t.sources.cadence}
          flex={1}
          min={1}
          allowDecimal={false}
          placeholder={t.sources.irregular}
          disabled={isDisabled}
          value={amount ?? ""}
          onChange={(next) => change({ amount: typeof next === "number" ? next : null, unit })}
        />
        <Select
          aria-label={t.sources.cadenceUnit}
          w={110}
          data={UNITS}
          allowDeselect={false}
          disabled={isDisabled}
          value={unit}
          onChange={(next) => change({ amount, unit: next ?? "hour" })}
        />
      </Group>
    </Input.Wrapper>
  );
}
