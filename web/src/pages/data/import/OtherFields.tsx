/** Fields that no column fills: by a constant, a default, a text of several columns, or arithmetic. */
import { ActionIcon, Group, Select, Stack, Text, TextInput, Title, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { RECORD_FIELDS } from "@/api/records.gen";
import { text as t } from "@/text/dataImport";
import type { Editing } from "./ColumnTable";
import { FILLINGS, type Filled, filledOtherwise, withFilled } from "./mapping";

const WAYS = FILLINGS.map((value) => ({ value, label: t.fields.ways[value] }));

export function OtherFields({ draft, onChange }: Editing) {
  const { mapping, type } = draft;
  const filled = filledOtherwise(mapping);
  const free = RECORD_FIELDS[type].filter(({ name }) => filled.every(({ field }) => field !== name));
  return (
    <Stack gap="xs">
      <Title order={3} size="sm">
        {t.fields.title}
      </Title>
      <Text size="xs" c="dimmed" maw={760}>
        {t.fields.hint}
      </Text>
      {filled.map((each) => (
        <Row
          key={each.field}
          filled={each}
          onChange={(next) => onChange(withFilled(mapping, next))}
          onRemove={() => onChange(withFilled(mapping, { ...each, value: "" }))}
        />
      ))}
      <Select
        size="xs"
        w={260}
        aria-label={t.fields.add}
        placeholder={t.fields.add}
        data={free.map(({ name }) => name)}
        searchable
        value={null}
        onChange={(field) =>
          field !== null && onChange(withFilled(mapping, { field, by: "constants", value: t.fields.initial }))
        }
      />
    </Stack>
  );
}

type RowProps = { filled: Filled; onChange: (filled: Filled) => void; onRemove: () => void };

function Row({ filled, onChange, onRemove }: RowProps) {
  const { field, by, value } = filled;
  return (
    <Group gap="xs" wrap="wrap">
      <Text size="sm" fw={600} w={160} className="tally-break">
        {field}
      </Text>
      <Select
        size="xs"
        w={190}
        aria-label={t.fields.wayOf(field)}
        data={WAYS}
        allowDeselect={false}
        value={by}
        onChange={(way) => onChange({ field, by: way ?? by, value })}
      />
      <TextInput
        size="xs"
        flex={1}
        miw={180}
        aria-label={t.fields.valueOf(field)}
        placeholder={t.fields.examples[by]}
        value={value}
        onChange={({ currentTarget }) =>
          // Emptied while it is typed, the field stays: the button removes it.
          onChange({ field, by, value: currentTarget.value === "" ? " " : currentTarget.value.trimStart() })
        }
      />
      <Tooltip label={t.fields.remove(field)}>
        <ActionIcon variant="subtle" color="gray" aria-label={t.fields.remove(field)} onClick={onRemove}>
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
