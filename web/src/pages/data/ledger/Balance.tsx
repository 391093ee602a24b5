/** The equation of the ledger: received = loaded + duplicate + conflict + quarantined + in flight. */
import { Badge, Group, Text, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { Fragment } from "react";
import { Freshness } from "@/components/Freshness";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/data";
import { OUTCOMES } from "../batches/outcomes";
import type { Ledger } from "./LedgerPage";

export function Balance({ counters, at }: { counters: Ledger["totals"]; at: number }) {
  return (
    <Group gap="md" align="flex-end">
      <Term name="received" count={counters.received} />
      {OUTCOMES.map(({ name }, place) => (
        <Fragment key={name}>
          <Text c="dimmed">{place === 0 ? "=" : "+"}</Text>
          <Term name={name} count={counters[name]} />
        </Fragment>
      ))}
      <Balanced isBalanced={counters.balanced} />
      <Freshness at={new Date(at).toISOString()} />
    </Group>
  );
}

function Term({ name, count }: { name: keyof typeof t.outcomes; count: number }) {
  return (
    <div data-total={name}>
      <Tooltip label={t.outcomeHints[name]} multiline maw={320}>
        <Text size="xs" c="dimmed" tabIndex={0}>
          {t.outcomes[name]}
        </Text>
      </Tooltip>
      <Text fw={650}>{formatNumber(count)}</Text>
    </div>
  );
}

/** Says whether the equation holds; among many lines, those for which it holds have no more than a quiet mark. */
export function Balanced({ isBalanced, isQuiet = false }: { isBalanced: boolean; isQuiet?: boolean }) {
  const Icon = isBalanced ? IconCheck : IconAlertTriangle;
  if (isBalanced && isQuiet) {
    return (
      <Icon size={16} role="img" aria-label={t.ledger.balanced} color="var(--mantine-color-green-text)" />
    );
  }
  return (
    <Tooltip label={isBalanced ? t.ledger.balancedHint : t.ledger.unbalancedHint} multiline maw={320}>
      <Badge
        variant="light"
        color={isBalanced ? "green" : "red"}
        miw="max-content"
        leftSection={<Icon size={12} aria-hidden />}
        tabIndex={0}
      >
        {isBalanced ? t.ledger.balanced : t.ledger.unbalanced}
      </Badge>
    </Tooltip>
  );
}
