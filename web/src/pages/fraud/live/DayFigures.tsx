/** The key figures of the UTC day so far, as the socket says them. */
import { Group, Stack, Text } from "@mantine/core";
import { Exact } from "@/components/Exact";
import { Panel } from "@/components/Panel";
import { formatKpi, kpiLabel, type KpiName, type Kpis } from "@/format/kpis";
import { text as t } from "@/text/fraud";

const SHOWN: readonly KpiName[] = [
  "approvalRate",
  "reviewRate",
  "declineRate",
  "fraudRate",
  "falsePositiveCost",
  "fraudLoss",
  "decisionThroughput",
];

export function DayFigures({ kpis, currency }: { kpis: Kpis | null; currency: string | undefined }) {
  return (
    <Panel title={t.live.today}>
      {kpis === null || currency === undefined ? (
        <Text size="sm" c="dimmed">
          {t.live.noFigures}
        </Text>
      ) : (
        <Group gap="xl">
          {SHOWN.map((name) => (
            <Stack key={name} gap={0} data-kpi={name}>
              <Text size="xs" c="dimmed">
                {kpiLabel(name)}
              </Text>
              <Text fw={650}>
                <Exact value={kpis[name]}>{formatKpi(name, kpis[name], currency)}</Exact>
              </Text>
            </Stack>
          ))}
        </Group>
      )}
    </Panel>
  );
}
