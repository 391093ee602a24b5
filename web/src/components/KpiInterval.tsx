/** The interval of a difference between two values of a KPI. */
import { Group } from "@mantine/core";
import { Exact } from "./Exact";
import { formatKpiDifference } from "@/format/kpis";
import { ABSENT } from "@/format/numbers";

type Props = { name: string; interval: readonly [number, number] | null | undefined; currency: string };

export function KpiInterval({ name, interval, currency }: Props) {
  if (!interval) return <>{ABSENT}</>;
  const [low, high] = interval;
  return (
    <Group component="span" gap={4} wrap="nowrap" justify="flex-end" display="inline-flex">
      <Exact value={low}>{formatKpiDifference(name, low, currency)}</Exact>
      <span>…</span>
      <Exact value={high}>{formatKpiDifference(name, high, currency)}</Exact>
    </Group>
  );
}
