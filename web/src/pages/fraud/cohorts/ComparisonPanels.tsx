/** The comparison: bars of the first key figure, and a table with a column for each cohort. */
import { ActionIcon, Anchor, Badge, Group, ScrollArea, Stack, Table, Text, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Result } from "@/api/client";
import { Chart } from "@/components/chart/Chart";
import { bars } from "@/components/chart/options";
import { Exact } from "@/components/Exact";
import { Maturity } from "@/components/Maturity";
import { Panel } from "@/components/Panel";
import { formatKpi, kpiLabel, type KpiName } from "@/format/kpis";
import { formatNumber } from "@/format/numbers";
import { formatDay } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { kpis } from "@/text/kpis";
import { dimensions } from "@/text/dimensions";
import { text as t } from "@/text/fraud";
import { Explained } from "../parts/Explained";

type Comparison = Result<"/api/v1/analytics/cohorts/compare">;
type Compared = Comparison["cohorts"][number];
type Props = { data: Comparison; names: readonly KpiName[]; onRemove: (id: string) => void };

export function ComparisonPanels({ data, names, onRemove }: Props) {
  const { timeZone } = usePreferences();
  const [first] = names;
  const periodOf = ({ startDate, endDate }: Compared) =>
    t.bounds.range(formatDay(startDate, timeZone), formatDay(endDate, timeZone));
  return (
    <Stack gap="md">
      <Panel title={t.compare.title}>
        <ScrollArea
          type="auto"
          viewportProps={{ tabIndex: 0, role: "region", "aria-label": t.compare.title }}
        >
          <Table fz="sm" aria-label={t.compare.title}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t.compare.metrics}</Table.Th>
                {data.cohorts.map((each) => (
                  <Table.Th key={each.id} miw={150}>
                    <Heading cohort={each} period={periodOf(each)} onRemove={() => onRemove(each.id)} />
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {names.map((name) => (
                <Table.Tr key={name}>
                  <Table.Th fw={400}>
                    <Explained fz="sm" hint={kpis.formulas[name]}>
                      {kpiLabel(name)}
                    </Explained>
                  </Table.Th>
                  {data.cohorts.map((each) => (
                    <Table.Td key={each.id}>
                      <Value data={data} cohort={each} name={name} />
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
              <Table.Tr>
                <Table.Th fw={400}>{t.compare.decisions}</Table.Th>
                {data.cohorts.map(({ id, count }) => (
                  <Table.Td key={id}>{formatNumber(count)}</Table.Td>
                ))}
              </Table.Tr>
              <Table.Tr>
                <Table.Th fw={400}>{t.compare.provisional}</Table.Th>
                {data.cohorts.map(({ id, maturity }) => (
                  <Table.Td key={id}>
                    <Maturity maturity={maturity} />
                  </Table.Td>
                ))}
              </Table.Tr>
            </Table.Tbody>
          </Table>
        </ScrollArea>
      </Panel>
      {first !== undefined && (
        <Panel title={kpiLabel(first)}>
          <Chart
            label={t.compare.chart(kpiLabel(first))}
            height={60 + 42 * data.cohorts.length}
            {...bars(
              data.cohorts.map((each) => ({
                name: `${each.name}, ${periodOf(each)}`,
                values: [each.metrics[first] ?? null],
              })),
              {
                names: [kpiLabel(first)],
                format: (value) => formatKpi(first, value, data.currency),
                horizontal: true,
              },
            )}
          />
        </Panel>
      )}
    </Stack>
  );
}

type HeadingProps = { cohort: Compared; period: string; onRemove: () => void };

function Heading({ cohort, period, onRemove }: HeadingProps) {
  return (
    <Group gap={4} wrap="nowrap" align="flex-start" justify="space-between">
      <div>
        <Anchor component={Link} to={`/fraud/cohorts/${cohort.id}`} fz="sm" className="tally-name">
          <bdi>{cohort.name}</bdi>
        </Anchor>
        <Text fz="xs" c="dimmed" fw={400}>
          {dimensions[cohort.dimension]}, {period}
        </Text>
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={t.compare.remove(cohort.name)}
        onClick={onRemove}
      >
        <IconX size={14} />
      </ActionIcon>
    </Group>
  );
}

function Value({ data, cohort, name }: { data: Comparison; cohort: Compared; name: KpiName }) {
  const value = cohort.metrics[name] ?? null;
  const { bestPerformer: best, worstPerformer: worst } = data.comparison.byMetric[name] ?? {};
  return (
    <Group gap={6} wrap="nowrap">
      <Exact value={value}>{formatKpi(name, value, data.currency)}</Exact>
      {best?.cohortId === cohort.id && (
        <Mark label={t.compare.best} color="teal" isConclusive={best.conclusive} />
      )}
      {worst?.cohortId === cohort.id && best?.cohortId !== cohort.id && (
        <Mark label={t.compare.worst} color="red" isConclusive={worst.conclusive} />
      )}
    </Group>
  );
}

type MarkProps = { label: string; color: string; isConclusive: boolean };

function Mark({ label, color, isConclusive }: MarkProps) {
  return (
    <Tooltip label={isConclusive ? t.compare.conclusive : t.compare.inconclusive} multiline maw={280}>
      <Badge
        size="xs"
        variant={isConclusive ? "light" : "outline"}
        color={isConclusive ? color : "gray"}
        tabIndex={0}
      >
        {label}
      </Badge>
    </Tooltip>
  );
}
