/** The source and the type of what a list of the area shows. */
import { Anchor, Text } from "@mantine/core";
import { Link } from "react-router";
import type { Column } from "@/components/DataTable";
import { text as t } from "@/text/data";
import { nameOfType } from "./dataTypes";

type Delivered = { source_id: string; data_type: string };

/** What the API calls the source of records that name none. */
const UNATTRIBUTED = "unattributed";

export function SourceLink({ id }: { id: string }) {
  if (id === UNATTRIBUTED) return <Text size="sm">{t.ledger.unattributed}</Text>;
  return (
    <Anchor component={Link} to={`/data/sources/${encodeURIComponent(id)}`} size="sm">
      {id}
    </Anchor>
  );
}

/** The two columns, by which the API sorts. */
export const SOURCE_COLUMNS: readonly Column<Delivered>[] = [
  {
    key: "source",
    title: t.filters.source,
    sort: "source_id",
    render: ({ source_id }) => <SourceLink id={source_id} />,
  },
  {
    key: "type",
    title: t.filters.type,
    sort: "data_type",
    render: ({ data_type }) => nameOfType(data_type),
  },
];
