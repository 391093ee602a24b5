/** The alerts that a rule would have raised, over the line of its metric and as a list. */
import { Skeleton, Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import { useApi } from "@/api/queries";
import { useReportingCurrency } from "@/api/reportingCurrency";
import type { components } from "@/api/schema.gen";
import { Chart } from "@/components/chart/Chart";
import { type Column, DataTable } from "@/components/DataTable";
import { formatDuration, minutesOf } from "@/format/durations";
import { formatCompact, formatNumber } from "@/format/numbers";
import { formatTime, type Range } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { may } from "@/session/session";
import { text as t } from "@/text/alertPreview";
import { isOfValue, type RuleRequest } from "../ruleForm";
import { formatValue, parseSubject, subjectLabel, unitOf } from "../subjects";
import { previewChart, type Previewed } from "./previewChart";
import { hasTrend, type Line, lineOfMetric, lineOfTrend, metricsQuery } from "./previewLine";

const HEIGHT = 220;

type Props = { rule: RuleRequest; range: Range; found: components["schemas"]["RulePreviewResponse"] };

export function PreviewResult({ rule, range, found }: Props) {
  const { timeZone } = usePreferences();
  const reporting = useReportingCurrency();
  const { line, isLoading } = useLine(rule, range);
  const currency = rule.filters?.currency?.[0] ?? line?.currency ?? reporting;
  const isShort = unitOf(parseSubject(rule.metric)) !== "share";
  const chart = useMemo(() => {
    const format = (value: number | null) => formatValue(rule.metric, value, currency);
    const axis = isShort ? formatCompact : format;
    return previewChart({ rule, alerts: found.alerts, line, range, timeZone, format, axis });
  }, [rule, found, line, range, timeZone, currency, isShort]);

  return (
    <Stack gap="xs">
      <Text size="sm" fw={600} role="status">
        {t.count(t.alertCount(found.alerts.length), t.windowCount(found.windows))}
      </Text>
      {Object.entries(found.not_evaluated).map(([reason, count]) => (
        <Text key={reason} size="xs" c="dimmed">
          {t.notEvaluated(count, reason)}
        </Text>
      ))}
      {isLoading && <Skeleton h={HEIGHT} aria-hidden />}
      {!isLoading && (line !== null || found.alerts.length > 0) && (
        <>
          <Chart label={t.chart(subjectLabel(rule.metric))} {...chart} height={HEIGHT} />
          <Text size="xs" c="dimmed">
            {aboutLine(line, rule)}
          </Text>
        </>
      )}
      <Alerts rule={rule} alerts={found.alerts} currency={currency} />
    </Stack>
  );
}

function useLine(rule: RuleRequest, range: Range): { line: Line | null; isLoading: boolean } {
  const query = useMemo(() => metricsQuery(rule, range), [rule, range]);
  const metrics = useApi("/api/v1/analytics/metrics", {
    query: query ?? {},
    enabled: query !== null && may("analytics:read"),
  });
  const trends = useApi("/api/v1/analytics/dashboard", {
    query: { startDate: range.start, endDate: range.end },
    enabled: hasTrend(rule) && may("fraud:read"),
  });
  const line = useMemo(() => {
    if (metrics.data !== undefined) return lineOfMetric(rule, metrics.data);
    return trends.data === undefined ? null : lineOfTrend(rule, trends.data);
  }, [metrics.data, trends.data, rule]);
  return { line, isLoading: metrics.isLoading || trends.isLoading };
}

function aboutLine(line: Line | null, { window, condition, evaluate_every }: RuleRequest): string {
  if (line === null) return t.noLine;
  const step = formatDuration(`PT${line.step}M`);
  if (!line.isJudged) return t.otherBuckets(step, formatDuration(window));
  const points = isOfValue(condition.type) ? t.judged(step) : t.points(step);
  return (minutesOf(evaluate_every) ?? line.step) < line.step ? `${points} ${t.between}` : points;
}

type AlertsProps = { rule: RuleRequest; alerts: readonly Previewed[]; currency: string | null };

function Alerts({ rule, alerts, currency }: AlertsProps) {
  const { timeZone } = usePreferences();
  const isChange = rule.condition.type.startsWith("change_");
  const peak = (value: number | null) =>
    isChange ? `${formatNumber(value)} %` : formatValue(rule.metric, value, currency);
  const columns: Column<Previewed>[] = [
    { key: "fired", title: t.fired, render: ({ fired_at }) => formatTime(fired_at, timeZone) },
    {
      key: "cleared",
      title: t.cleared,
      render: ({ cleared_at }) => (cleared_at === null ? t.stillOpen : formatTime(cleared_at, timeZone)),
    },
    { key: "peak", title: t.peak, render: ({ peak_value }) => peak(peak_value), isNumber: true },
    ...(rule.group_by
      ? [{ key: "group", title: t.group, render: ({ group }: Previewed) => group ?? "" }]
      : []),
  ];
  return (
    <DataTable
      label={t.alerts}
      columns={columns}
      rows={alerts}
      keyOf={({ fired_at, group }) => `${fired_at} ${group ?? ""}`}
      empty={<Text size="sm">{t.none}</Text>}
    />
  );
}
