/** What every decline threshold would cost, with the chosen and the cheapest one. */
import { Anchor, SimpleGrid, Stack } from "@mantine/core";
import { Link } from "react-router";
import { costCurve, ratioCurve } from "./curves";
import { declineThresholds, type Results, type Scenario } from "./scenarios";
import { Chart } from "@/components/chart/Chart";
import { Exact } from "@/components/Exact";
import { Facts } from "@/components/Facts";
import { Panel } from "@/components/Panel";
import { formatMoney, formatNumber } from "@/format/numbers";
import { may } from "@/session/session";
import { text as t } from "@/text/replay";

export function ThresholdCurve({ scenario, results }: { scenario: Scenario; results: Results }) {
  const { thresholdCurve, costOptimum, currency } = results;
  const marks = [
    ...declineThresholds(scenario, results).map((at) => ({ at, name: t.results.chosen })),
    ...(costOptimum ? [{ at: costOptimum.threshold, name: t.results.cheapest }] : []),
  ];
  return (
    <Panel title={t.results.curve} hint={t.results.curveHint}>
      <Stack gap="sm">
        {costOptimum && (
          <Facts
            columns={4}
            facts={[
              [
                t.results.optimum,
                <Exact value={costOptimum.threshold}>{formatNumber(costOptimum.threshold)}</Exact>,
              ],
              [
                t.results.optimumCost,
                <Exact value={costOptimum.cost}>{formatMoney(costOptimum.cost, currency)}</Exact>,
              ],
              ...(may("replay:run")
                ? [
                    [
                      t.new,
                      <Anchor
                        component={Link}
                        size="sm"
                        to={`/replay/new?from=${scenario.id}&decline=${costOptimum.threshold}`}
                      >
                        {t.results.tryOptimum}
                      </Anchor>,
                    ] as const,
                  ]
                : []),
            ]}
          />
        )}
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Chart label={t.results.cost} {...costCurve(thresholdCurve, marks, currency)} />
          <Chart label={t.results.kpis} {...ratioCurve(thresholdCurve, marks)} />
        </SimpleGrid>
      </Stack>
    </Panel>
  );
}
