/** The first chart of what was loaded: revenue over the days of the file. */
import { Alert, Text } from "@mantine/core";
import { IconCoins } from "@tabler/icons-react";
import { useMemo } from "react";
import { useApi } from "@/api/queries";
import { Chart } from "@/components/chart/Chart";
import { linesOverTime } from "@/components/chart/options";
import { Freshness } from "@/components/Freshness";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { formatMoney, formatNumber } from "@/format/numbers";
import { usePreferences } from "@/preferences/preferences";
import { may } from "@/session/session";
import { text as t } from "@/text/dataImport";
import { chartRange } from "./chartRange";

type Props = {
  type: string;
  range: { earliest: string; latest: string };
  /** The currency of all amounts of the file, if it is known. */
  currency: string | null;
};

export function FirstChart({ type, range, currency }: Props) {
  const { timeZone } = usePreferences();
  const isShown = type === "transactions" && may("analytics:read");
  const converted = useRevenue(range, { isShown, currency: null });
  const excluded = converted.found?.metadata.excluded_records ?? 0;
  // Without a rate to convert it, the file is shown in its own currency.
  const own = useRevenue(range, { isShown: isShown && excluded > 0 && currency !== null, currency });
  const shown = excluded > 0 && currency !== null ? own : converted;
  const { found, granularity } = shown;
  const drawn = useMemo(() => {
    const { data = [], currency: unit } = found ?? {};
    const money = (value: number | null, compact = false) =>
      unit == null ? formatNumber(value) : formatMoney(value, unit, { compact });
    return linesOverTime(
      [{ name: t.chart.revenue, points: data.map(({ timestamp, value }) => [timestamp, value] as const) }],
      {
        format: (value) => money(value),
        axis: (value) => money(value, true),
        timeZone,
        step: granularity,
      },
    );
  }, [found, timeZone, granularity]);

  if (!isShown) return null;
  const { metadata } = found ?? {};
  return (
    <Panel
      title={t.chart.title[granularity]}
      aside={<Freshness at={metadata?.data_freshness} provisional={metadata?.provisional} />}
    >
      {excluded > 0 && <NoRate rows={excluded} currency={currency} />}
      <Loaded query={shown.query}>
        {() => (
          <>
            <Chart label={t.chart.title[granularity]} {...drawn} />
            <Text size="xs" c="dimmed">
              {t.chart.allSources}
            </Text>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function useRevenue(
  range: Props["range"],
  { isShown, currency }: { isShown: boolean; currency: string | null },
) {
  const { timeZone } = usePreferences();
  const { start, end, granularity } = useMemo(() => chartRange(range, timeZone), [range, timeZone]);
  const query = useApi("/api/v1/analytics/metrics", {
    query: {
      metric_type: "revenue",
      granularity,
      timezone: timeZone,
      "time_range[start]": start,
      "time_range[end]": end,
      "filters[currency]": currency as "EUR" | null,
    },
    enabled: isShown,
  });
  // The route answers about fraud, too, when it is asked without a metric.
  const found = query.data !== undefined && "metric_type" in query.data ? query.data : undefined;
  return { query, found, granularity };
}

/** Amounts without an exchange rate are in no converted total: without a word, a first chart would be empty. */
function NoRate({ rows, currency }: { rows: number; currency: string | null }) {
  return (
    <Alert color="blue" icon={<IconCoins size={18} aria-hidden />} mb="sm">
      <Text size="sm" maw={720}>
        {currency === null
          ? t.chart.noRate(formatNumber(rows))
          : t.chart.noRateFor(formatNumber(rows), currency)}
      </Text>
    </Alert>
  );
}
