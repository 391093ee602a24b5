/** What drives the scores of a cohort: mean contributions of features, beside those of the rest. */
import { Stack, Text } from "@mantine/core";
import type { Result } from "@/api/client";
import { Chart } from "@/components/chart/Chart";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Exact } from "@/components/Exact";
import { Panel } from "@/components/Panel";
import { formatNumber, formatPercent } from "@/format/numbers";
import { text as t } from "@/text/fraud";
import { signed } from "../decision/waterfall";
import { Explained } from "../parts/Explained";
import { drawDrivers, type Driver } from "./drivers";

type Drivers = Result<"/api/v1/analytics/explain/cohort/{cohortId}/top-drivers">;

export function DriversPanel({ drivers }: { drivers: Drivers }) {
  const { topDrivers, name, unit, decisions, restDecisions, excluded } = drivers;
  if (topDrivers.length === 0)
    return <EmptyState title={t.cohort.noDrivers} hint={t.explanation.notExplainableHint} />;
  const { option, table, height } = drawDrivers(topDrivers);
  const left = excluded.otherUnits + excluded.withoutAttributions;
  return (
    <Panel title={t.cohort.drivers}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t.cohort.driversHint(
            t.explanation.unitNames[unit] ?? unit,
            formatNumber(decisions),
            formatNumber(restDecisions),
          )}
          {left > 0 && ` ${t.cohort.excluded(formatNumber(left))}`}
        </Text>
        <Chart label={t.cohort.chart(name)} option={option} table={table} height={height} />
        <DataTable
          label={t.cohort.drivers}
          columns={COLUMNS}
          rows={topDrivers}
          keyOf={({ feature }) => feature}
        />
      </Stack>
    </Panel>
  );
}

const COLUMNS: readonly Column<Driver>[] = [
  { key: "feature", title: t.cohort.feature, render: ({ feature }) => <bdi>{feature}</bdi> },
  {
    key: "importance",
    title: t.cohort.importance,
    isNumber: true,
    render: ({ importance }) => formatPercent(importance),
  },
  {
    key: "contribution",
    title: t.cohort.contribution,
    isNumber: true,
    render: ({ contribution }) => <Exact value={contribution}>{signed(contribution)}</Exact>,
  },
  {
    key: "rest",
    title: t.cohort.rest,
    isNumber: true,
    render: ({ restContribution }) => <Exact value={restContribution}>{signed(restContribution)}</Exact>,
  },
  {
    key: "difference",
    title: t.cohort.difference,
    isNumber: true,
    render: ({ difference, interval }) => {
      const [low, high] = interval ?? [];
      return (
        <>
          <Exact value={difference}>{signed(difference)}</Exact>{" "}
          {low !== undefined && high !== undefined && (
            <Explained fz="xs" c="dimmed" hint={t.cohort.differenceHint}>
              {t.bounds.range(signed(low), signed(high))}
            </Explained>
          )}
        </>
      );
    },
  },
  {
    key: "gap",
    title: t.cohort.gap,
    isNumber: true,
    render: ({ outcomeGap }) => (
      <Explained fz="sm" hint={t.cohort.gapHint}>
        {formatPercent(outcomeGap)}
      </Explained>
    ),
  },
];
