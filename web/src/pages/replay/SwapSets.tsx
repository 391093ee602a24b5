/** Decisions that would have changed sides: a diagram of both directions by truth, and the numbers. */
import { Badge, SimpleGrid } from "@mantine/core";
import type { Results } from "./scenarios";
import { swapBars, SWAPS, type SwapName } from "./swaps";
import { Chart } from "@/components/chart/Chart";
import { type Column, DataTable } from "@/components/DataTable";
import { Exact } from "@/components/Exact";
import { Panel } from "@/components/Panel";
import { formatMoney, formatNumber } from "@/format/numbers";
import { text as t } from "@/text/replay";

const COLORS = { good: "green", bad: "red", unknown: "gray" };

export function SwapSets({ results }: { results: Results }) {
  const { swapSets, currency } = results;
  const columns: Column<SwapName>[] = [
    {
      key: "set",
      title: t.results.set,
      render: (name) => (
        <Badge color={COLORS[SWAPS[name].tone]} variant="light" tt="none" miw="max-content">
          {t.results.sets[name]}
        </Badge>
      ),
    },
    {
      key: "count",
      title: t.results.count,
      isNumber: true,
      render: (name) => <Exact value={swapSets[name].count}>{formatNumber(swapSets[name].count)}</Exact>,
    },
    {
      key: "amount",
      title: t.results.amount,
      isNumber: true,
      render: (name) => (
        <Exact value={swapSets[name].amount}>{formatMoney(swapSets[name].amount, currency)}</Exact>
      ),
    },
  ];
  return (
    <Panel title={t.results.swaps} hint={t.results.swapsHint}>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Chart label={t.results.swapChart} height={220} {...swapBars(swapSets)} />
        <DataTable
          label={t.results.swaps}
          columns={columns}
          rows={Object.keys(SWAPS) as SwapName[]}
          keyOf={(name) => name}
        />
      </SimpleGrid>
    </Panel>
  );
}
