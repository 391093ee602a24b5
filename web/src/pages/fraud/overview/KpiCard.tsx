/** A key figure: its value, where it can still end, and what is certain or expected of it. */
import { ActionIcon, Group, Paper, Stack, Text, Tooltip } from "@mantine/core";
import { IconChartLine } from "@tabler/icons-react";
import { Exact } from "@/components/Exact";
import { formatKpi, kpiLabel, KPIS } from "@/format/kpis";
import { ABSENT } from "@/format/numbers";
import { kpis } from "@/text/kpis";
import { text as t } from "@/text/fraud";
import { Explained } from "../parts/Explained";
import { IntervalBar } from "../parts/IntervalBar";
import { KpiBounds } from "../parts/KpiBounds";
import { scaleOf } from "../parts/scale";
import type { Card } from "./cards";

type Props = Card & {
  horizonDays: number;
  currency: string;
  isSelected: boolean;
  onSelect: () => void;
};

export function KpiCard(props: Props) {
  const { name, value, bounds, currency, isSelected, onSelect } = props;
  const label = kpiLabel(name);
  const isShare = KPIS[name].kind === "share";
  return (
    <Paper
      component="li"
      withBorder
      p="sm"
      className="tally-surface"
      data-kpi={name}
      style={isSelected ? { borderColor: "var(--mantine-primary-color-filled)" } : {}}
    >
      <Stack gap={4}>
        <Group justify="space-between" gap={4} wrap="nowrap">
          <Explained
            size="sm"
            c="dimmed"
            hint={`${kpis.formulas[name]} ${t.overview.better[KPIS[name].better]}`.trim()}
          >
            {label}
          </Explained>
          <Tooltip label={t.overview.showTrend(label)}>
            <ActionIcon
              size="sm"
              variant={isSelected ? "light" : "subtle"}
              color={isSelected ? "ink" : "gray"}
              aria-label={t.overview.showTrend(label)}
              aria-pressed={isSelected}
              onClick={onSelect}
            >
              <IconChartLine size={14} />
            </ActionIcon>
          </Tooltip>
        </Group>
        <Text fz={22} fw={650} lh={1.2} data-value>
          {value === null ? (
            <Explained fz={22} hint={t.noValue}>
              {ABSENT}
            </Explained>
          ) : (
            <Exact value={value}>{formatKpi(name, value, currency)}</Exact>
          )}
        </Text>
        {bounds !== undefined && (
          <IntervalBar
            scale={isShare ? [0, 1] : scaleOf([value, ...(bounds ?? [])])}
            interval={bounds}
            value={value}
          />
        )}
        <KpiBounds name={name} bounds={bounds} currency={currency} />
        <Matured {...props} />
        {props.estimate !== undefined && <Estimated {...props} estimate={props.estimate} />}
      </Stack>
    </Paper>
  );
}

function Matured({ name, matured, horizonDays, currency }: Props) {
  const hint =
    matured === undefined
      ? t.matured.none(horizonDays)
      : matured === null
        ? t.noValue
        : t.matured.hint(horizonDays);
  return (
    <Line label={t.matured.label} hint={hint}>
      {formatKpi(name, matured, currency)}
    </Line>
  );
}

function Estimated({ name, estimate, currency }: Props & { estimate: NonNullable<Card["estimate"]> }) {
  const { value, interval, reason } = estimate;
  const [low, high] = interval ?? [];
  const why = reason ? (t.estimated.reasons[reason] ?? t.estimated.unknownReason(reason)) : null;
  const hint = why ?? (value === null ? t.estimated.undefined : t.estimated.hint);
  const range =
    low === undefined || high === undefined
      ? ""
      : ` (${t.bounds.range(formatKpi(name, low, currency), formatKpi(name, high, currency))})`;
  return (
    <Line label={t.estimated.label} hint={hint}>
      {`${formatKpi(name, value, currency)}${range}`}
    </Line>
  );
}

function Line({ label, hint, children }: { label: string; hint: string; children: string }) {
  return (
    <Group justify="space-between" gap={6} wrap="nowrap">
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Explained size="xs" hint={hint}>
        {children}
      </Explained>
    </Group>
  );
}
