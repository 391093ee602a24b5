/** A table of records with optional sorting and paging by the API. */
import { ActionIcon, Box, Group, ScrollArea, Table, Text, UnstyledButton } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { text } from "@/text";

export type Column<T> = {
  key: string;
  title: string;
  render: (row: T) => ReactNode;
  isNumber?: boolean;
  /** The name by which the API sorts; without one the column cannot be sorted. */
  sort?: string;
};

export type Paging = { number: number; size: number; total: number; onChange: (number: number) => void };
/** As in the `sort` parameter of the API: `name,asc` or `name,desc`. */
export type Sorting = { by: string | null; onChange: (by: string) => void };

type Props<T> = {
  /** What the table contains, for screen readers. */
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  empty?: ReactNode;
  paging?: Paging;
  sorting?: Sorting;
  /** Whether the table fills its frame, in which its rows scroll below the heading. */
  fill?: boolean;
};

export function DataTable<T>({
  label,
  columns,
  rows,
  keyOf,
  empty,
  paging,
  sorting,
  fill = false,
}: Props<T>) {
  if (rows.length === 0) return <>{empty ?? <Text c="dimmed">{text.tables.empty}</Text>}</>;
  return (
    <Box {...(fill ? { h: "100%" } : {})}>
      <ScrollArea
        type="auto"
        viewportProps={{ tabIndex: 0, role: "region", "aria-label": label }}
        {...(fill ? { h: "100%" } : {})}
      >
        <Table aria-label={label} fz="sm" stickyHeader={fill}>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Heading key={column.key} column={column} sorting={sorting} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={keyOf(row)}>
                {columns.map((column) => (
                  <Table.Td key={column.key} className={column.isNumber ? "tally-number" : "tally-break"}>
                    {column.render(row)}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea>
      {paging && paging.total > rows.length && <Pages {...paging} shown={rows.length} />}
    </Box>
  );
}

function Heading<T>({ column, sorting }: { column: Column<T>; sorting: Sorting | undefined }) {
  const className = column.isNumber ? "tally-number" : "";
  if (column.sort === undefined || sorting === undefined) {
    return (
      <Table.Th className={className}>
        <Text inherit component="span" display="inline-block" lineClamp={2} maw={240} className="tally-title">
          {column.title}
        </Text>
      </Table.Th>
    );
  }
  const [by, direction] = sorting.by?.split(",") ?? [];
  const isSorted = by === column.sort;
  const isDescending = isSorted && direction === "desc";
  const next = `${column.sort},${isSorted && !isDescending ? "desc" : "asc"}`;
  const Arrow = isDescending ? IconArrowDown : IconArrowUp;
  return (
    <Table.Th
      className={className}
      aria-sort={isSorted ? (isDescending ? "descending" : "ascending") : "none"}
    >
      <UnstyledButton onClick={() => sorting.onChange(next)} aria-label={text.tables.sortBy(column.title)}>
        <Group gap={2} wrap="nowrap">
          <Text fz="sm" fw={700}>
            {column.title}
          </Text>
          {isSorted && <Arrow size={14} aria-hidden />}
        </Group>
      </UnstyledButton>
    </Table.Th>
  );
}

function Pages({ number, size, total, onChange, shown }: Paging & { shown: number }) {
  const from = number * size + 1;
  return (
    <Group justify="flex-end" gap="xs" mt="xs">
      <Text size="xs" c="dimmed">
        {text.tables.showing(from, from + shown - 1, total)}
      </Text>
      <ActionIcon
        variant="default"
        aria-label={text.tables.previous}
        disabled={number === 0}
        onClick={() => onChange(number - 1)}
      >
        <IconChevronLeft size={16} />
      </ActionIcon>
      <ActionIcon
        variant="default"
        aria-label={text.tables.next}
        disabled={from + shown > total}
        onClick={() => onChange(number + 1)}
      >
        <IconChevronRight size={16} />
      </ActionIcon>
    </Group>
  );
}
