/** What false positives cost and missed fraud loses, what that is computed with, and what is left out of it. */
import { SimpleGrid, Stack, Text } from "@mantine/core";
import type { Result } from "@/api/client";
import { Chart } from "@/components/chart/Chart";
import { Exact } from "@/components/Exact";
import { Panel } from "@/components/Panel";
import { formatMoney, formatNumber, formatPercent } from "@/format/numbers";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/fraud";
import { drawTrend } from "./trend";
import { matureUntil } from "./TrendPanel";

type Dashboard = Result<"/api/v1/analytics/dashboard">;

export function CostPanel({ data }: { data: Dashboard }) {
  const { timeZone } = usePreferences();
  const { kpis, bounds, currency, costParameters: costs, excludedFromAmounts: excluded } = data;
  const { option, table } = drawTrend(data.trends, ["falsePositiveCost", "fraudLoss"], {
    currency,
    matureUntil: matureUntil(data.maturity),
    maturing: t.overview.maturing,
    timeZone,
  });
  return (
    <Panel title={t.overview.costs}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Cost
            label={t.overview.falsePositives}
            value={kpis.falsePositiveCost}
            highest={bounds.falsePositiveCost[1]}
            currency={currency}
          />
          <Cost
            label={t.overview.missed}
            value={kpis.fraudLoss}
            highest={bounds.fraudLoss[1]}
            currency={currency}
          />
        </SimpleGrid>
        <Chart label={t.overview.costsOver} option={option} table={table} height={180} />
        <Text size="xs" c="dimmed">
          {[
            t.overview.parameters(
              formatPercent(costs.marginRate),
              formatPercent(costs.lostShare.decline),
              formatPercent(costs.lostShare.review),
              formatMoney(costs.reviewCost, currency),
            ),
            t.overview.currency(currency),
            excluded > 0 ? t.overview.excluded(formatNumber(excluded), currency) : t.overview.noneExcluded,
          ].join(" ")}
        </Text>
      </Stack>
    </Panel>
  );
}

type CostProps = { label: string; value: number; highest: number | undefined; currency: string };

function Cost({ label, value, highest, currency }: CostProps) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
      <Text fz={20} fw={650}>
        <Exact value={value}>{formatMoney(value, currency)}</Exact>
      </Text>
      {highest !== undefined && (
        <Text size="xs" c="dimmed">
          {t.overview.upTo(formatMoney(highest, currency))}
        </Text>
      )}
    </div>
  );
}
