/** What an experiment compares, and how. */
import { Badge, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { Configuration } from "./Configuration";
import type { Experiment } from "./moves";
import { Facts } from "@/components/Facts";
import { Panel } from "@/components/Panel";
import { kpiLabel } from "@/format/kpis";
import { formatNumber, formatPercent } from "@/format/numbers";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/experiments";

export function DesignPanel({ experiment }: { experiment: Experiment }) {
  const { timeZone } = usePreferences();
  const { hypothesis, unit, minimumDurationDays, minimumUnits, startDate, endDate, variants } = experiment;
  const from = startDate ? t.design.from(formatTime(startDate, timeZone)) : null;
  const to = endDate ? t.design.to(formatTime(endDate, timeZone)) : t.design.open;
  return (
    <Panel title={t.design.title}>
      <Stack gap="sm">
        {hypothesis !== "" && (
          <Stack gap={0}>
            <Text size="xs" c="dimmed">
              {t.design.hypothesis}
            </Text>
            <Text size="sm" className="tally-break" dir="auto">
              {hypothesis}
            </Text>
          </Stack>
        )}
        <Facts
          columns={3}
          facts={[
            [t.results.primary, kpiLabel(experiment.primaryMetric)],
            [t.design.unit, t.design.units[unit]],
            [t.design.minimum, t.design.minimums(minimumDurationDays, formatNumber(minimumUnits))],
            [t.design.window, [from, to].filter((each) => each !== null).join(" ")],
          ]}
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {variants.map((variant) => (
            <Stack key={variant.id} gap={4}>
              <Group gap="xs">
                <Text size="sm" fw={600} className="tally-break" dir="auto">
                  {variant.name}
                </Text>
                {variant.isControl && (
                  <Badge size="xs" variant="outline" color="gray">
                    {t.results.control}
                  </Badge>
                )}
              </Group>
              <Text size="xs" c="dimmed" className="tally-break">
                {variant.id} · {formatPercent(variant.allocation, 2)}
              </Text>
              {variant.description !== "" && (
                <Text size="sm" className="tally-break" dir="auto">
                  {variant.description}
                </Text>
              )}
              <Configuration label={t.design.configuration} value={variant.configuration} />
            </Stack>
          ))}
        </SimpleGrid>
      </Stack>
    </Panel>
  );
}
