/** Where a key figure can still end, in words. */
import { Text } from "@mantine/core";
import { formatKpi, type KpiName } from "@/format/kpis";
import { text as t } from "@/text/fraud";
import { Explained } from "./Explained";

type Props = {
  name: KpiName;
  /** Undefined where the key figure has no bounds, because it does not depend on labels. */
  bounds: readonly number[] | null | undefined;
  currency: string;
};

export function KpiBounds({ name, bounds, currency }: Props) {
  if (bounds === undefined) {
    return (
      <Text size="xs" c="dimmed">
        {t.bounds.certain}
      </Text>
    );
  }
  const [low, high] = bounds ?? [];
  if (low === undefined || high === undefined) {
    return (
      <Text size="xs" c="dimmed">
        {t.bounds.undefined}
      </Text>
    );
  }
  const [from, to] = [formatKpi(name, low, currency), formatKpi(name, high, currency)];
  return (
    <Explained size="xs" c="dimmed" hint={t.bounds.hint}>
      {low === high ? t.bounds.exactly(from) : t.bounds.between(from, to)}
    </Explained>
  );
}
