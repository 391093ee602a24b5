/** What a promotion is expected to save, and what it saved. */
import { Group, List, Stack, Text, Title, Tooltip } from "@mantine/core";
import type { Promotion } from "./PromotionPanel";
import { Exact } from "@/components/Exact";
import { Freshness } from "@/components/Freshness";
import { ABSENT, formatMoney, formatNumber } from "@/format/numbers";
import { text as p } from "@/text/promotion";

type Saved = { net: number | null; fraudLossPrevented: number | null; falsePositiveCostSaved: number | null };
type Interval = Promotion["impactEstimate"]["interval"];

export function Estimate({
  estimate,
  currency,
}: {
  estimate: Promotion["impactEstimate"];
  currency: string;
}) {
  const { perMonth, interval, raw, shrunk, assumptions } = estimate;
  return (
    <Stack gap={4}>
      <Title order={3} size="sm">
        {p.promotion.estimate}
      </Title>
      <Text size="xs" c="dimmed">
        {p.promotion.perMonth(formatNumber(perMonth.decisions))}
      </Text>
      <Savings saved={perMonth} interval={interval} currency={currency} />
      <Amount name={p.promotion.raw} value={raw} currency={currency} />
      <Tooltip label={p.promotion.shrunkHint} multiline maw={320}>
        <div tabIndex={0}>
          <Amount name={p.promotion.shrunk} value={shrunk} currency={currency} />
        </div>
      </Tooltip>
      <Text size="xs" c="dimmed">
        {p.promotion.assumptions}
      </Text>
      <List size="xs" c="dimmed">
        {assumptions.map((each) => (
          <List.Item key={each}>{each}</List.Item>
        ))}
      </List>
    </Stack>
  );
}

export function Realised({ impact, currency }: { impact: Promotion["realisedImpact"]; currency: string }) {
  return (
    <Stack gap={4}>
      <Title order={3} size="sm">
        {p.promotion.realised}
      </Title>
      {impact ? (
        <>
          <Text size="xs" c="dimmed">
            {p.promotion.realisedSince(
              formatNumber(impact.decisions),
              formatNumber(impact.heldBackDecisions),
            )}
          </Text>
          <Savings saved={impact} interval={impact.interval} currency={currency} />
          <Freshness at={impact.asOf} />
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {p.promotion.realisedNone}
        </Text>
      )}
    </Stack>
  );
}

function Savings({ saved, interval, currency }: { saved: Saved; interval: Interval; currency: string }) {
  const range = interval?.map((end) => formatMoney(end, currency)).join(" … ");
  return (
    <>
      <Amount name={p.promotion.fraudLossPrevented} value={saved.fraudLossPrevented} currency={currency} />
      <Amount
        name={p.promotion.falsePositiveCostSaved}
        value={saved.falsePositiveCostSaved}
        currency={currency}
      />
      <Amount name={p.promotion.net} value={saved.net} currency={currency} isStrong />
      <Line name={p.promotion.interval}>{range ?? ABSENT}</Line>
    </>
  );
}

type AmountProps = { name: string; value: number | null; currency: string; isStrong?: boolean };

function Amount({ name, value, currency, isStrong = false }: AmountProps) {
  return (
    <Line name={name} isStrong={isStrong}>
      <Exact value={value}>{formatMoney(value, currency)}</Exact>
    </Line>
  );
}

type LineProps = { name: string; isStrong?: boolean; children: React.ReactNode };

function Line({ name, isStrong = false, children }: LineProps) {
  return (
    <Group justify="space-between" gap="sm" wrap="nowrap" maw={420}>
      <Text size="sm" fw={isStrong ? 600 : 400}>
        {name}
      </Text>
      <Text size="sm" fw={isStrong ? 600 : 400} className="tally-number">
        {children}
      </Text>
    </Group>
  );
}
