/** What became of the records that a source delivered, by data type, with the quality of the last 30 days. */
import { Anchor, Group, Text } from "@mantine/core";
import { Link } from "react-router";
import { useApi } from "@/api/queries";
import { type Column, DataTable } from "@/components/DataTable";
import { Freshness } from "@/components/Freshness";
import { formatNumber } from "@/format/numbers";
import { rangeOf } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { may } from "@/session/session";
import { text as t } from "@/text/data";
import { nameOfType } from "../parts/dataTypes";
import { Score } from "../parts/Score";
import type { Delivered } from "./configuration";

type Row = { type: string; score: number | null } & Delivered;

const COUNTED = ["received", "loaded", "duplicate", "conflict", "quarantined", "in_flight"] as const;

export function DeliveredTypes({
  sourceId,
  delivered,
}: {
  sourceId: string;
  delivered: Record<string, Delivered>;
}) {
  const { timeZone } = usePreferences();
  const { start, end } = rangeOf("30d", timeZone);
  const quality = useApi("/api/v1/data-quality/reports", {
    query: { source_id: sourceId, "time_range[start]": start, "time_range[end]": end },
    enabled: may("quality:read"),
  });
  const scores = new Map<string, number>(
    quality.data?.reports.map((each) => [each.data_type, each.quality_score]),
  );
  const rows = Object.entries(delivered).map(([type, counted]) => ({
    type,
    score: scores.get(type) ?? null,
    ...counted,
  }));
  return (
    <DataTable
      label={t.sources.deliveredTitle}
      columns={columnsFor(sourceId)}
      rows={rows}
      keyOf={({ type }) => type}
      empty={<Text c="dimmed">{t.sources.nothingDelivered}</Text>}
    />
  );
}

function columnsFor(sourceId: string): readonly Column<Row>[] {
  return [
    { key: "type", title: t.filters.type, render: ({ type }) => nameOfType(type) },
    ...COUNTED.map((name) => ({
      key: name,
      title: t.outcomes[name],
      isNumber: true,
      render: (row: Row) =>
        name === "quarantined" && row[name] > 0 ? (
          <Anchor
            component={Link}
            size="sm"
            to={`/data/quarantine?source=${sourceId}&type=${row.type}&window=90d`}
          >
            {formatNumber(row[name])}
          </Anchor>
        ) : (
          formatNumber(row[name])
        ),
    })),
    {
      key: "quality",
      title: t.quality.last30,
      isNumber: true,
      render: ({ score }) => (
        <Group justify="flex-end">
          <Score score={score} />
        </Group>
      ),
    },
    { key: "upTo", title: t.sources.upTo, render: ({ watermark }) => <Freshness at={watermark} /> },
  ];
}
