/** The results of a run: how far to trust them, what moves, KPIs before and after, and every threshold. */
import { Alert, List, Stack, Text } from "@mantine/core";
import { CohortTable } from "./CohortTable";
import { KpiComparison } from "./KpiComparison";
import { PolicyTable } from "./PolicyTable";
import type { Results, Scenario } from "./scenarios";
import { SwapSets } from "./SwapSets";
import { ThresholdCurve } from "./ThresholdCurve";
import { Exact } from "@/components/Exact";
import { Facts } from "@/components/Facts";
import { Freshness } from "@/components/Freshness";
import { Maturity } from "@/components/Maturity";
import { Panel } from "@/components/Panel";
import { formatNumber, formatPercent } from "@/format/numbers";
import { text as t } from "@/text/replay";

type Props = { scenario: Scenario; results: Results };

export function ResultsView({ scenario, results }: Props) {
  return (
    <Stack gap="md">
      <Summary results={results} />
      <SwapSets results={results} />
      <KpiComparison results={results} />
      <ThresholdCurve scenario={scenario} results={results} />
      <CohortTable results={results} />
      <PolicyTable results={results} />
    </Stack>
  );
}

function Summary({ results }: { results: Results }) {
  const { decisions, fidelity, unscorable, excludedFromAmounts, maturity, asOf, warnings, checksum } =
    results;
  return (
    <Panel title={t.results.title} aside={<Freshness at={asOf} provisional={maturity.provisional} />}>
      <Stack gap="sm">
        <Facts
          columns={5}
          facts={[
            [t.results.decisions, <Exact value={decisions}>{formatNumber(decisions)}</Exact>],
            [
              t.results.fidelity,
              <span title={t.results.fidelityHint} data-testid="fidelity">
                <Exact value={fidelity}>{formatPercent(fidelity, 2)}</Exact>
              </span>,
            ],
            [t.results.known, <Maturity maturity={maturity} />],
            [t.results.unscorable, <Exact value={unscorable}>{formatNumber(unscorable)}</Exact>],
            [
              t.results.excluded,
              <Exact value={excludedFromAmounts}>{formatNumber(excludedFromAmounts)}</Exact>,
            ],
          ]}
        />
        {warnings.length > 0 && (
          <Alert color="yellow" title={t.results.warnings}>
            <List size="sm">
              {warnings.map(({ code, message }) => (
                <List.Item key={code + message} className="tally-break">
                  {message}
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
        <Text size="xs" c="dimmed" ff="monospace" className="tally-break">
          {t.results.checksum} {checksum}
        </Text>
      </Stack>
    </Panel>
  );
}
