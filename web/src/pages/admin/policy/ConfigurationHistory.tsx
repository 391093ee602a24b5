/** The former versions of the fraud configuration, the newest first; nothing before the first change. */
import { Text } from "@mantine/core";
import { useNewestFirst } from "@/api/useNewestFirst";
import type { components } from "@/api/schema.gen";
import { type Column, DataTable } from "@/components/DataTable";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { useUrlPage } from "@/components/useUrlState";
import { ABSENT, formatNumber, formatPercent } from "@/format/numbers";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/admin";

type Version = components["schemas"]["FraudConfiguration"];

const PAGE_SIZE = 10;

export function ConfigurationHistory() {
  const { timeZone } = usePreferences();
  const [number, setNumber] = useUrlPage();
  const { total, query } = useNewestFirst("/api/v1/analytics/configuration/history", number, PAGE_SIZE);
  if (total === 0) return null;
  const columns: Column<Version>[] = [
    { key: "version", title: t.policy.version, isNumber: true, render: ({ version }) => version },
    { key: "at", title: t.policy.changed, render: ({ updatedAt }) => formatTime(updatedAt, timeZone) },
    { key: "by", title: t.policy.by, render: ({ updatedBy }) => <Text inherit>{updatedBy ?? ABSENT}</Text> },
    {
      key: "horizon",
      title: t.policy.horizon,
      isNumber: true,
      render: (each) => `${each.maturityHorizonDays} d`,
    },
    {
      key: "margin",
      title: t.policy.margin,
      isNumber: true,
      render: ({ costParameters }) => formatPercent(costParameters.marginRate, 2),
    },
    {
      key: "decline",
      title: t.policy.lostDecline,
      isNumber: true,
      render: ({ costParameters }) => formatPercent(costParameters.lostShare.decline, 2),
    },
    {
      key: "review",
      title: t.policy.lostReview,
      isNumber: true,
      render: ({ costParameters }) => formatPercent(costParameters.lostShare.review, 2),
    },
    {
      key: "cost",
      title: t.policy.review,
      isNumber: true,
      render: ({ costParameters }) => formatNumber(costParameters.reviewCost, 4),
    },
  ];
  return (
    <Panel title={t.policy.history}>
      <Loaded query={query}>
        {(data) => (
          <DataTable
            label={t.policy.history}
            columns={columns}
            rows={data.versions.toReversed()}
            keyOf={({ version }) => String(version)}
            paging={{ number, size: PAGE_SIZE, total: data.total, onChange: setNumber }}
          />
        )}
      </Loaded>
    </Panel>
  );
}
