/** A key figure over time; which one is part of the address. */
import { Select, Text } from "@mantine/core";
import { useMemo } from "react";
import type { Result } from "@/api/client";
import { Chart } from "@/components/chart/Chart";
import { Panel } from "@/components/Panel";
import { KPI_NAMES, type KpiName, kpiLabel } from "@/format/kpis";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/fraud";
import { drawTrend } from "./trend";

type Dashboard = Result<"/api/v1/analytics/dashboard">;
const DAY = 86_400_000;

/** The moment from which decisions are younger than the maturity horizon. */
export function matureUntil({ asOf, horizonDays }: Dashboard["maturity"]): number {
  return Date.parse(asOf) - horizonDays * DAY;
}

type Props = { data: Dashboard; name: KpiName; onChange: (name: string | null) => void };

export function TrendPanel({ data, name, onChange }: Props) {
  const { timeZone } = usePreferences();
  const { option, table } = useMemo(
    () =>
      drawTrend(data.trends, [name], {
        currency: data.currency,
        matureUntil: matureUntil(data.maturity),
        maturing: t.overview.maturing,
        timeZone,
      }),
    [data, name, timeZone],
  );
  return (
    <Panel
      title={t.overview.trend}
      fill
      aside={
        <Select
          size="xs"
          w={170}
          aria-label={t.overview.trendChoice}
          data={KPI_NAMES.map((value) => ({ value, label: kpiLabel(value) }))}
          value={name}
          onChange={onChange}
          allowDeselect={false}
        />
      }
    >
      <Chart label={t.overview.trendOf(kpiLabel(name))} option={option} table={table} height={290} />
      <Text size="xs" c="dimmed" mt="xs">
        {t.overview.maturingHint(data.maturity.horizonDays)} {t.range.utc}
      </Text>
    </Panel>
  );
}
