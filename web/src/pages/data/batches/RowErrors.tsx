/** Every error of every rejected row of a batch, by pages. */
import { Code, Text } from "@mantine/core";
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";
import { type Column, DataTable } from "@/components/DataTable";
import { Loaded } from "@/components/Loaded";
import { useUrlPage, useUrlState } from "@/components/useUrlState";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/data";
import { shown } from "../parts/shownValue";

type RowError = Result<"/api/v1/ingest/batches/{batch_id}/errors">["content"][number];

const SIZE = 20;
const RESETS = ["page"];

const COLUMNS: readonly Column<RowError>[] = [
  { key: "row", title: t.errors.row, isNumber: true, sort: "row", render: ({ row }) => formatNumber(row) },
  {
    key: "field",
    title: t.errors.field,
    sort: "field",
    render: ({ field }) => (field === "" ? t.errors.wholeRow : <Code>{field.replace(/^\//, "")}</Code>),
  },
  { key: "message", title: t.errors.message, render: ({ message }) => <Text size="sm">{message}</Text> },
  { key: "code", title: t.errors.code, sort: "code", render: ({ code }) => <Code>{code}</Code> },
  { key: "value", title: t.errors.value, render: ({ rejected_value }) => shown(rejected_value) },
];

export function RowErrors({ batchId }: { batchId: string }) {
  const [page, setPage] = useUrlPage();
  const [sort, setSort] = useUrlState("sort", "row,asc", RESETS);
  const errors = useApi("/api/v1/ingest/batches/{batch_id}/errors", {
    path: { batch_id: batchId },
    query: { page, size: SIZE, sort },
    keep: true,
  });
  return (
    <Loaded query={errors}>
      {({ content, number, totalElements }) => (
        <DataTable
          label={t.batches.rowErrors}
          columns={COLUMNS}
          rows={content}
          keyOf={({ row, field, code, message }) => `${row ?? ""} ${field} ${code} ${message}`}
          paging={{ number, size: SIZE, total: totalElements, onChange: setPage }}
          sorting={{ by: sort, onChange: setSort }}
        />
      )}
    </Loaded>
  );
}
