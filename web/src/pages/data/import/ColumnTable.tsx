/** The columns of a file: what their values look like, and what becomes of each. */
import { Badge, Group, Select, Stack, Text } from "@mantine/core";
import { RECORD_FIELDS, type RecordField, type RecordType } from "@/api/records.gen";
import { type Column, DataTable } from "@/components/DataTable";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/dataImport";
import type { Mapping } from "../sources/configuration";
import { ColumnFormat } from "./ColumnFormat";
import type { Draft } from "./draft";
import { type Shape, sourceName, type Target, targetOf, withTarget } from "./mapping";
import type { Preview } from "./usePreview";

type FoundColumn = Preview["columns"][number];
export type Editing = { draft: Draft; shape: Shape; onChange: (mapping: Mapping) => void };

export function ColumnTable({ draft, shape, onChange, preview }: Editing & { preview: Preview }) {
  const { mapping, type } = draft;
  const choices = choicesFor(type, mapping.preset != null);
  const columns: readonly Column<FoundColumn>[] = [
    {
      key: "column",
      title: t.columns.column,
      render: (column) => <Described column={column} rows={preview.rows} />,
    },
    {
      key: "target",
      title: t.columns.becomes,
      render: ({ name }) => (
        <Select
          size="xs"
          w={230}
          aria-label={t.columns.becomesOf(name)}
          data={choices}
          searchable
          allowDeselect={false}
          value={toChoice(targetOf(mapping, name, shape))}
          onChange={(choice) =>
            choice !== null && onChange(withTarget(mapping, name, fromChoice(choice), shape))
          }
          maxDropdownHeight={320}
        />
      ),
    },
    {
      key: "format",
      title: t.columns.format,
      render: (column) => {
        const target = targetOf(mapping, column.name, shape);
        const field = target.kind === "field" ? fieldOf(type, target.field) : undefined;
        return (
          field && (
            <ColumnFormat
              column={column}
              name={sourceName(mapping, column.name, shape)}
              field={field}
              mapping={mapping}
              onChange={onChange}
            />
          )
        );
      },
    },
    {
      key: "errors",
      title: t.columns.errors,
      isNumber: true,
      render: ({ name }) => <ErrorCount target={targetOf(mapping, name, shape)} preview={preview} />,
    },
  ];
  return (
    <DataTable label={t.columns.title} columns={columns} rows={preview.columns} keyOf={({ name }) => name} />
  );
}

function Described({ column, rows }: { column: FoundColumn; rows: number }) {
  return (
    <Stack gap={2} miw={180} maw={420}>
      <Group gap={6}>
        <Text size="sm" fw={600} className="tally-break" dir="auto">
          {column.name}
        </Text>
        <Badge size="xs" variant="default" tt="none">
          {t.columns.kinds[column.type] ?? column.type}
        </Badge>
        {column.filled < rows && (
          <Text size="xs" c="dimmed">
            {t.columns.filled(formatNumber(column.filled), formatNumber(rows))}
          </Text>
        )}
      </Group>
      <Text size="xs" c="dimmed" ff="monospace" truncate dir="auto">
        {column.examples.join(" · ")}
      </Text>
    </Stack>
  );
}

function ErrorCount({ target, preview }: { target: Target; preview: Preview }) {
  if (target.kind !== "field") return null;
  const count = preview.error_counts
    .filter(({ field }) => field.replace(/^\//, "") === target.field)
    .reduce((sum, each) => sum + each.count, 0);
  return count === 0 ? null : (
    <Badge color="red" variant="light">
      {formatNumber(count)}
    </Badge>
  );
}

export function fieldOf(type: RecordType, name: string): RecordField | undefined {
  return RECORD_FIELDS[type].find((field) => field.name === name);
}

function choicesFor(type: RecordType, hasPreset: boolean) {
  const choice = ({ name }: RecordField) => ({ value: `field:${name}`, label: name });
  const fields = RECORD_FIELDS[type];
  return [
    {
      group: t.columns.otherwise,
      items: [
        ...(hasPreset ? [{ value: "preset", label: t.columns.asPreset }] : []),
        { value: "attribute", label: t.columns.attribute },
        { value: "dropped", label: t.columns.dropped },
      ],
    },
    { group: t.columns.required, items: fields.filter(({ required }) => required).map(choice) },
    { group: t.columns.optional, items: fields.filter(({ required }) => !required).map(choice) },
  ];
}

function toChoice(target: Target): string {
  return target.kind === "field" ? `field:${target.field}` : target.kind;
}

function fromChoice(choice: string): Target {
  const [kind, field = ""] = choice.split(":");
  if (kind === "field") return { kind, field };
  return { kind: kind === "preset" || kind === "dropped" ? kind : "attribute" };
}
