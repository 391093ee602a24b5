/** Precision, recall and F1 score, with where they can still end. */
import { Group, Stack, Text } from "@mantine/core";
import type { Result } from "@/api/client";
import { Exact } from "@/components/Exact";
import { formatKpi, kpiLabel, type KpiName } from "@/format/kpis";
import { kpis } from "@/text/kpis";
import { Explained } from "../parts/Explained";
import { IntervalBar } from "../parts/IntervalBar";
import { KpiBounds } from "../parts/KpiBounds";

type PrecisionRecall = Result<"/api/v1/analytics/metrics/precision-recall">;
const SHARES = [0, 1] as const;
const NO_CURRENCY = "";

export function Measures({ data }: { data: PrecisionRecall }) {
  return (
    <Stack gap="md">
      <Measure name="precision" value={data.precision} bounds={data.bounds.precision} />
      <Measure name="recall" value={data.recall} bounds={data.bounds.recall} />
      <Measure name="f1Score" value={data.f1Score} bounds={data.bounds.f1Score} />
    </Stack>
  );
}

type Props = { name: KpiName; value: number | null; bounds: readonly number[] | null };

function Measure({ name, value, bounds }: Props) {
  return (
    <Stack gap={2} data-kpi={name}>
      <Group justify="space-between">
        <Explained size="sm" hint={kpis.formulas[name]}>
          {kpiLabel(name)}
        </Explained>
        <Text fz={18} fw={650} data-value>
          <Exact value={value}>{formatKpi(name, value, NO_CURRENCY)}</Exact>
        </Text>
      </Group>
      <IntervalBar scale={SHARES} interval={bounds} value={value} />
      <KpiBounds name={name} bounds={bounds} currency={NO_CURRENCY} />
    </Stack>
  );
}
