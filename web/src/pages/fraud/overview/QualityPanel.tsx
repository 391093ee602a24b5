/** How well scores rank fraud, how fast decisions are, and how many of them there are. */
import { Skeleton, Table, Text } from "@mantine/core";
import { useApi } from "@/api/queries";
import type { components } from "@/api/schema.gen";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { ABSENT, formatMoney, formatNumber, formatPercent } from "@/format/numbers";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/fraud";
import { Explained } from "../parts/Explained";
import type { RangeQuery } from "../parts/useFraudRange";

type FraudMetrics = components["schemas"]["FraudMetrics"];
type Row = { label: string; value: string; hint?: string };

export function QualityPanel({ range, isFiltered }: { range: RangeQuery; isFiltered: boolean }) {
  const { timeZone } = usePreferences();
  const query = useApi("/api/v1/analytics/metrics", { query: range, enabled: !isFiltered, keep: true });
  return (
    <Panel title={t.overview.quality} fill>
      {isFiltered ? (
        <Text size="sm" c="dimmed">
          {t.overview.qualityUnfiltered}
        </Text>
      ) : (
        <Loaded query={query} skeleton={<Skeleton h={220} />}>
          {(data) => ("ranking" in data ? <Figures rows={rowsOf(data, timeZone)} /> : null)}
        </Loaded>
      )}
    </Panel>
  );
}

function Figures({ rows }: { rows: readonly Row[] }) {
  return (
    <Table fz="sm" aria-label={t.overview.quality} highlightOnHover={false}>
      <Table.Tbody>
        {rows.map(({ label, value, hint }) => (
          <Table.Tr key={label}>
            <Table.Th fw={400} c="dimmed">
              {hint === undefined ? (
                label
              ) : (
                <Explained fz="sm" hint={hint}>
                  {label}
                </Explained>
              )}
            </Table.Th>
            <Table.Td ta="end">{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** The figures as people read them. */
export function rowsOf(data: FraudMetrics, timeZone: string): Row[] {
  const { ranking, latency, throughput, outcomes, amounts, currency } = data;
  const o = t.overview;
  return [
    { label: o.rocAuc, value: formatNumber(ranking.rocAuc, 3), hint: o.rocAucHint },
    {
      label: o.averagePrecision,
      value: formatNumber(ranking.averagePrecision, 3),
      hint: o.averagePrecisionHint,
    },
    {
      label: o.cardPrecision,
      value: formatPercent(ranking.cardPrecisionTop100, 2),
      hint: o.cardPrecisionHint,
    },
    latency
      ? {
          label: o.latency,
          value: o.milliseconds(
            [latency.p50Ms, latency.p95Ms, latency.p99Ms, latency.maxMs]
              .map((each) => formatNumber(each, 0))
              .join(" / "),
          ),
        }
      : { label: o.latency, value: ABSENT, hint: o.noLatency },
    {
      label: o.throughput,
      value: `${formatNumber(throughput?.perMinute, 3)} / ${formatNumber(throughput?.peakPerMinute)}`,
      ...(throughput?.peakAt ? { hint: formatTime(throughput.peakAt, timeZone) } : {}),
    },
    {
      label: o.volumes,
      value: [outcomes.approve, outcomes.review, outcomes.decline]
        .map((each) => formatNumber(each))
        .join(" / "),
    },
    { label: o.amounts, value: formatMoney(amounts.total, currency) },
    {
      label: o.fraudAmounts,
      value: [amounts.captured, amounts.missed].map((each) => formatMoney(each, currency)).join(" / "),
    },
  ];
}
