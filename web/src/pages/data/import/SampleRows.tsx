/** The first rows of a file, as they would be loaded, or why they would not. */
import { Badge, ScrollArea, Table, Text } from "@mantine/core";
import { RECORD_FIELDS, type RecordType } from "@/api/records.gen";
import { text as t } from "@/text/dataImport";
import { shown } from "../parts/shownValue";
import type { Preview } from "./usePreview";

type Row = Preview["records"][number];

export function SampleRows({ preview, type }: { preview: Preview; type: RecordType }) {
  const fields = fieldsIn(preview.records, type);
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: "region", "aria-label": t.rows.label }}>
      <Table fz="xs" aria-label={t.rows.label}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.rows.row}</Table.Th>
            <Table.Th>{t.rows.state}</Table.Th>
            {fields.map((field) => (
              <Table.Th key={field}>{field}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {preview.records.flatMap((row) =>
            row.records.length === 0
              ? [<Rejected key={row.row} row={row} span={Math.max(1, fields.length)} />]
              : row.records.map((record, place) => (
                  <Table.Tr key={`${row.row} ${place}`}>
                    <Table.Td className="tally-number">{place === 0 ? row.row : ""}</Table.Td>
                    <Table.Td>
                      <Badge size="xs" color="green" variant="light" miw="max-content">
                        {place === 0 ? t.rows.valid : t.rows.derived}
                      </Badge>
                    </Table.Td>
                    {fields.map((field) => (
                      <Table.Td key={field} maw={260} style={{ whiteSpace: "nowrap" }}>
                        <Text size="xs" truncate dir="auto">
                          {shown(record[field])}
                        </Text>
                      </Table.Td>
                    ))}
                  </Table.Tr>
                )),
          )}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}

function Rejected({ row, span }: { row: Row; span: number }) {
  return (
    <Table.Tr>
      <Table.Td className="tally-number">{row.row}</Table.Td>
      <Table.Td>
        <Badge size="xs" color="red" variant="light" miw="max-content">
          {t.rows.rejected}
        </Badge>
      </Table.Td>
      <Table.Td colSpan={span}>
        {row.errors.map(({ field, code, message }) => (
          <Text key={`${field} ${code}`} size="xs" className="tally-break">
            <b>{field.replace(/^\//, "")}</b> {message}
          </Text>
        ))}
        <Text size="xs" c="dimmed" ff="monospace" lineClamp={1} dir="auto">
          {shown(row.source)}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

/** The fields that some record has, in the order of the data model. */
function fieldsIn(rows: readonly Row[], type: RecordType): string[] {
  const present = new Set(rows.flatMap(({ records }) => records.flatMap((record) => Object.keys(record))));
  const known = RECORD_FIELDS[type].map(({ name }) => name);
  return [
    ...known.filter((name) => present.has(name)),
    ...[...present].filter((name) => !known.includes(name)),
  ];
}
