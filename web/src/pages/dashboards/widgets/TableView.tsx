/** The rows of a widget; the heading stays while they scroll. */
import { Badge, Box, Center, Text } from "@mantine/core";
import { Link } from "react-router";
import { type Column, DataTable } from "@/components/DataTable";
import type { Cell, TableColumn, Tone } from "../answers/shown";
import { text as t } from "@/text/dashboards";

type Props = {
  title: string;
  columns: readonly TableColumn[];
  rows: readonly (readonly Cell[])[];
  empty?: string;
};
type Row = { id: string; cells: readonly Cell[] };

export function TableView({ title, columns, rows, empty = t.widget.empty }: Props) {
  const shown: Column<Row>[] = columns.map((column, place) => ({
    key: String(place),
    title: column.title,
    isNumber: column.isNumber ?? false,
    render: ({ cells }) => <CellView cell={cells[place] ?? ""} isNumber={column.isNumber ?? false} />,
  }));
  return (
    <DataTable
      fill
      label={title}
      columns={shown}
      rows={rows.map((cells, place) => ({ id: String(place), cells }))}
      keyOf={({ id }) => id}
      empty={
        <Center h="100%">
          <Text c="dimmed" size="sm">
            {empty}
          </Text>
        </Center>
      }
    />
  );
}

const COLORS: Readonly<Record<Tone, string>> = {
  good: "green",
  warning: "yellow",
  bad: "red",
  neutral: "gray",
};

function CellView({ cell, isNumber }: { cell: Cell; isNumber: boolean }) {
  if (typeof cell === "string") return <span dir="auto">{cell}</span>;
  const { text, exact, tone, to } = cell;
  if (tone !== undefined && !isNumber) {
    return (
      <Badge size="sm" variant="light" color={COLORS[tone]} title={exact}>
        {text}
      </Badge>
    );
  }
  const content = (
    <Box component="span" dir="auto" title={exact} {...(tone ? { "data-tone": tone } : {})}>
      {text}
    </Box>
  );
  return to === undefined ? content : <Link to={to}>{content}</Link>;
}
