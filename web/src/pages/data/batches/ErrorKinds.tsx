/** The errors of a batch by kind, most frequent first. */
import { Code, Text } from "@mantine/core";
import { type Column, DataTable } from "@/components/DataTable";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/data";
import { shown } from "../parts/shownValue";
import type { BatchDetails } from "./useBatch";

type ErrorKind = NonNullable<BatchDetails["errors"]>[number];

const COLUMNS: readonly Column<ErrorKind>[] = [
  { key: "message", title: t.errors.message, render: ({ message }) => <Text size="sm">{message}</Text> },
  { key: "code", title: t.errors.code, render: ({ code }) => <Code>{code}</Code> },
  { key: "stage", title: t.errors.stage, render: ({ stage }) => t.errors.stages[stage] ?? stage },
  { key: "count", title: t.errors.count, isNumber: true, render: ({ count }) => formatNumber(count) },
  {
    key: "first",
    title: t.errors.firstRow,
    isNumber: true,
    render: ({ first_row }) => formatNumber(first_row),
  },
  { key: "sample", title: t.errors.sample, render: ({ sample }) => shown(sample) },
];

export function ErrorKinds({ errors }: { errors: readonly ErrorKind[] }) {
  return (
    <DataTable
      label={t.batches.errorKinds}
      columns={COLUMNS}
      rows={errors}
      keyOf={({ stage, code, message }) => `${stage} ${code} ${message}`}
    />
  );
}
