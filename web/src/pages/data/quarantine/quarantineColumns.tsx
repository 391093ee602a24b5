/** The columns of the list of quarantined rows. */
import { Button, Checkbox, Code, Stack, Text } from "@mantine/core";
import type { Column } from "@/components/DataTable";
import { formatTime } from "@/format/times";
import { text as t } from "@/text/data";
import { SourceLink } from "../parts/sourceColumns";
import { text as q } from "@/text/dataQuarantine";
import { nameOfType } from "../parts/dataTypes";
import { shown } from "../parts/shownValue";
import { fieldOf, type QuarantinedRow } from "./editing";

const MOST_ERRORS = 3;

type Options = {
  timeZone: string;
  selected?: readonly string[];
  onChoose?: (id: string, isChosen: boolean) => void;
  onOpen: (id: string) => void;
};

export function columnsFor({
  timeZone,
  selected,
  onChoose,
  onOpen,
}: Options): readonly Column<QuarantinedRow>[] {
  const choice: Column<QuarantinedRow>[] =
    selected === undefined || onChoose === undefined
      ? []
      : [
          {
            key: "choice",
            title: "",
            render: ({ id, row, source_id }) => (
              <Checkbox
                size="xs"
                aria-label={q.select(row, source_id)}
                checked={selected.includes(id)}
                onChange={({ currentTarget }) => onChoose(id, currentTarget.checked)}
              />
            ),
          },
        ];
  return [
    ...choice,
    {
      key: "received",
      title: q.received,
      sort: "received_at",
      render: (row) => (
        <Stack gap={0} miw={150}>
          <Text size="sm">{formatTime(row.received_at, timeZone)}</Text>
          <Text size="xs" c="dimmed">
            {q.rowOf(row.row)}
          </Text>
        </Stack>
      ),
    },
    {
      key: "source",
      title: t.filters.source,
      sort: "source_id",
      render: ({ source_id, data_type }) => (
        <Stack gap={0} miw={110}>
          <SourceLink id={source_id} />
          <Text size="xs" c="dimmed">
            {nameOfType(data_type)}
          </Text>
        </Stack>
      ),
    },
    { key: "errors", title: t.errors.title, render: ({ errors }) => <Errors errors={errors} /> },
    {
      key: "raw",
      title: q.raw,
      render: ({ raw }) => (
        <Text size="xs" ff="monospace" c="dimmed" lineClamp={2} miw={180} dir="auto">
          {raw}
        </Text>
      ),
    },
    {
      key: "repair",
      title: "",
      render: ({ id, row, source_id }) => (
        <Button variant="default" onClick={() => onOpen(id)} aria-label={q.openRow(row, source_id)}>
          {q.open}
        </Button>
      ),
    },
  ];
}

export function Errors({ errors }: { errors: QuarantinedRow["errors"] }) {
  return (
    <Stack gap={2} miw={220}>
      {errors.slice(0, MOST_ERRORS).map(({ field, code, message, rejected_value }) => (
        <Text key={`${field} ${code} ${message}`} size="sm" className="tally-break">
          {field !== "" && <Code mr={4}>{fieldOf(field)}</Code>}
          {message}
          {rejected_value != null && (
            <Text span c="dimmed" size="xs">
              {` ${t.errors.was(shown(rejected_value))}`}
            </Text>
          )}
        </Text>
      ))}
      {errors.length > MOST_ERRORS && (
        <Text size="xs" c="dimmed">
          {t.errors.more(errors.length - MOST_ERRORS)}
        </Text>
      )}
    </Stack>
  );
}
