/** The lines of the ledger: one for each day, source and data type. */
import { type Column, DataTable, type Paging, type Sorting } from "@/components/DataTable";
import { formatNumber } from "@/format/numbers";
import { formatDay } from "@/format/times";
import { text as t } from "@/text/data";
import { SourceLink } from "../parts/sourceColumns";
import { nameOfType } from "../parts/dataTypes";
import { Balanced } from "./Balance";
import type { Ledger } from "./LedgerPage";

type Line = Ledger["content"][number];

const COUNTED = [
  "received",
  "loaded",
  "duplicate",
  "conflict",
  "quarantined",
  "dropped",
  "in_flight",
  "superseded",
] as const;

const COLUMNS: readonly Column<Line>[] = [
  { key: "day", title: t.ledger.day, sort: "hour", render: ({ hour }) => formatDay(hour, "UTC") },
  {
    key: "source",
    title: t.filters.source,
    sort: "source_id",
    render: ({ source_id }) => <SourceLink id={source_id} />,
  },
  { key: "type", title: t.filters.type, sort: "data_type", render: ({ data_type }) => nameOfType(data_type) },
  ...COUNTED.map((name) => ({
    key: name,
    title: t.outcomes[name],
    isNumber: true,
    sort: name,
    render: (line: Line) => formatNumber(line[name]),
  })),
  { key: "balanced", title: "", render: ({ balanced }) => <Balanced isBalanced={balanced} isQuiet /> },
];

type Props = { lines: readonly Line[]; paging: Paging; sorting: Sorting };

export function LedgerLines({ lines, paging, sorting }: Props) {
  return (
    <DataTable
      label={t.ledger.lines}
      columns={COLUMNS}
      rows={lines}
      keyOf={({ hour, source_id, data_type }) => `${hour} ${source_id} ${data_type}`}
      paging={paging}
      sorting={sorting}
    />
  );
}
