/** How the values of a column are written: times, numbers, or words that stand for others. */
import { ActionIcon, Popover, Stack, Text, Tooltip } from "@mantine/core";
import { IconSettings } from "@tabler/icons-react";
import type { RecordField } from "@/api/records.gen";
import { text as t } from "@/text/dataImport";
import type { Mapping } from "../sources/configuration";
import { NumberFormatForm, TimeFormatForm, WordsForm } from "./formatForms";
import type { Preview } from "./usePreview";

type Props = {
  column: Preview["columns"][number];
  /** The name by which the mapping knows the column. */
  name: string;
  field: RecordField;
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
};

export function ColumnFormat({ column, name, field, mapping, onChange }: Props) {
  const isSet = {
    time: mapping.date_formats?.[field.name] !== undefined,
    number: mapping.numbers?.[name] !== undefined,
    choice: mapping.values?.[field.name] !== undefined,
  };
  const { kind } = field;
  if (kind !== "time" && kind !== "number" && kind !== "choice") return null;
  const label = t.formats.of(column.name);
  return (
    <Popover width={300} position="bottom-end" trapFocus returnFocus withArrow>
      <Popover.Target>
        <Tooltip label={label}>
          <ActionIcon variant={isSet[kind] ? "light" : "default"} aria-label={label}>
            <IconSettings size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Text size="xs" c="dimmed" className="tally-break" dir="auto">
            {column.examples.join(" · ")}
          </Text>
          {kind === "time" && <TimeFormatForm field={field.name} mapping={mapping} onChange={onChange} />}
          {kind === "number" && <NumberFormatForm name={name} mapping={mapping} onChange={onChange} />}
          {kind === "choice" && (
            <WordsForm field={field} examples={column.examples} mapping={mapping} onChange={onChange} />
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
