/** One feature: its values in the baseline and now, and its PSI by day. */
import { SimpleGrid, Text } from "@mantine/core";
import { useMemo } from "react";
import { Chart } from "@/components/chart/Chart";
import { Panel } from "@/components/Panel";
import { text as t } from "@/text/fraud";
import { drawBins, drawHistory, type Metric } from "./drift";

export function FeaturePanels({ metric }: { metric: Metric }) {
  const bins = useMemo(() => drawBins(metric), [metric]);
  const history = useMemo(() => drawHistory(metric), [metric]);
  const { featureName } = metric;
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }}>
      <Panel title={t.drift.bins(featureName)}>
        <Chart label={t.drift.binsLabel(featureName)} {...bins} height={280} />
      </Panel>
      <Panel title={t.drift.history}>
        <Chart label={t.drift.historyLabel(featureName)} {...history} height={250} />
        <Text size="xs" c="dimmed" mt={6}>
          {t.drift.historyHint} {t.range.utc}
        </Text>
      </Panel>
    </SimpleGrid>
  );
}
