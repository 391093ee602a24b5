/** Whether the results can be trusted: assignment, crossed units, and decisions that are left out. */
import { Badge, Group, Text, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import type { ExperimentResults } from "./Results";
import { Exact } from "@/components/Exact";
import { Facts } from "@/components/Facts";
import { Panel } from "@/components/Panel";
import { formatNumber, formatPercent } from "@/format/numbers";
import { text as t } from "@/text/experiments";

export function HealthPanel({ results }: { results: ExperimentResults }) {
  const { sampleRatioMismatch, crossover, unassigned, excludedFromAmounts } = results;
  return (
    <Panel title={t.results.health}>
      <Facts
        columns={4}
        facts={[
          [t.results.sampleRatio, <Assignment key="" {...sampleRatioMismatch} />],
          [
            t.results.crossover,
            <Explained key="" hint={t.results.crossoverHint}>
              <Exact value={crossover.units}>{formatNumber(crossover.units)}</Exact>
              {crossover.share !== null && ` · ${t.results.crossedUnits(formatPercent(crossover.share))}`}
            </Explained>,
          ],
          [
            t.results.unassigned,
            <Explained key="" hint={t.results.unassignedHint}>
              {`${formatNumber(unassigned)} ${t.results.decisions}`}
            </Explained>,
          ],
          [
            t.results.excluded,
            <Explained key="" hint={t.results.excludedHint}>
              {`${formatNumber(excludedFromAmounts)} ${t.results.decisions}`}
            </Explained>,
          ],
        ]}
      />
    </Panel>
  );
}

function Assignment({ pValue, failed }: ExperimentResults["sampleRatioMismatch"]) {
  if (pValue === null) return <>{t.results.untested}</>;
  return (
    <Group gap="xs">
      <Badge color={failed ? "red" : "green"} variant="light">
        {failed ? t.results.mismatch : t.results.asIntended}
      </Badge>
      <Explained hint={t.results.sampleRatioHint}>
        <Exact value={pValue}>{t.results.pValue(formatNumber(pValue, 4))}</Exact>
      </Explained>
    </Group>
  );
}

function Explained({ hint, children }: { hint: string; children: ReactNode }) {
  return (
    <Tooltip label={hint} multiline maw={320}>
      <Text span size="sm" tabIndex={0}>
        {children}
      </Text>
    </Tooltip>
  );
}
