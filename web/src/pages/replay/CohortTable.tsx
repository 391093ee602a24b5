/** What moves by channel and by risk band. */
import { SegmentedControl, Stack, Text } from "@mantine/core";
import type { Results } from "./scenarios";
import { type Column, DataTable } from "@/components/DataTable";
import { Panel } from "@/components/Panel";
import { useUrlState } from "@/components/useUrlState";
import { formatKpi, kpiLabel, type KpiName } from "@/format/kpis";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/replay";

type Cohort = Results["byCohort"]["channel"][number];

export function CohortTable({ results }: { results: Results }) {
  const [by, setBy] = useUrlState("by", "channel");
  const rows = by === "risk_band" ? results.byCohort.risk_band : results.byCohort.channel;
  return (
    <Panel
      title={t.results.cohorts}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={t.results.cohorts}
          value={by}
          onChange={setBy}
          data={(["channel", "risk_band"] as const).map((value) => ({ value, label: t.results[value] }))}
        />
      }
    >
      <Stack gap="xs">
        <DataTable
          label={t.results.cohorts}
          columns={columnsFor(results.currency)}
          rows={rows}
          keyOf={({ name }) => name}
        />
      </Stack>
    </Panel>
  );
}

function columnsFor(currency: string): Column<Cohort>[] {
  const change = (name: KpiName): Column<Cohort> => ({
    key: name,
    title: kpiLabel(name),
    isNumber: true,
    render: ({ baseline, replayed }) =>
      t.results.beforeAfter(
        formatKpi(name, baseline[name], currency),
        formatKpi(name, replayed[name], currency),
      ),
  });
  const moved = (key: keyof Cohort["swapSets"], title: string): Column<Cohort> => ({
    key,
    title,
    isNumber: true,
    render: ({ swapSets }) => formatNumber(swapSets[key].count),
  });
  return [
    {
      key: "cohort",
      title: t.results.cohort,
      render: ({ name }) => (
        <Text size="sm" lineClamp={2} miw={80} dir="auto">
          {name}
        </Text>
      ),
    },
    {
      key: "count",
      title: t.results.count,
      isNumber: true,
      render: ({ decisions }) => formatNumber(decisions),
    },
    change("approvalRate"),
    change("recall"),
    change("falsePositiveRate"),
    change("fraudLoss"),
    moved("newlyCaughtFraud", t.results.caught),
    moved("newlyMissedFraud", t.results.missed),
    moved("newlyBlockedLegitimate", t.results.blocked),
    moved("newlyReleasedLegitimate", t.results.releasedShort),
  ];
}
