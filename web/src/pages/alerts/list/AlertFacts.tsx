/** The numbers and times of an alert, and the ways to its rule and to what it watches. */
import { Anchor, DataList, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useReportingCurrency } from "@/api/reportingCurrency";
import type { components } from "@/api/schema.gen";
import { Exact } from "@/components/Exact";
import { Moment } from "@/components/Moment";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/alerts";
import { EVALUATION, valuesOf, watchedBy } from "../alertValues";
import { placeOf } from "../subjects";

type Props = { alert: components["schemas"]["Alert"]; rule: components["schemas"]["AlertRule"] | undefined };

export function AlertFacts({ alert, rule }: Props) {
  const { timeZone } = usePreferences();
  const format = valuesOf(alert, rule, useReportingCurrency());
  const number = (value: number | null | undefined) => <Exact value={value}>{format(value)}</Exact>;
  const facts: (readonly [string, ReactNode] | null)[] = [
    [t.detail.current, number(alert.current_value)],
    [t.detail.threshold, number(alert.threshold_value)],
    [t.detail.peak, number(alert.peak_value)],
    alert.group ? [t.detail.group, <bdi key="group">{alert.group}</bdi>] : null,
    [t.detail.watches, watched(alert)],
    [t.detail.rule, ruleLink(alert.rule_id, rule)],
    [
      t.detail.window,
      t.detail.windowRange(formatTime(alert.window.start, timeZone), formatTime(alert.window.end, timeZone)),
    ],
    [t.detail.fired, <Moment key="fired" at={alert.fired_at} />],
    [t.detail.raised, <Moment key="raised" at={alert.created_at} />],
    alert.cleared_at ? [t.detail.cleared, <Moment key="cleared" at={alert.cleared_at} />] : null,
    [t.detail.evaluated, <Moment key="evaluated" at={alert.last_evaluated_at} />],
    alert.note ? [t.detail.note, alert.note] : null,
    alert.previous_alert_id ? [t.detail.previous, previous(alert.previous_alert_id)] : null,
  ];
  return (
    <>
      <DataList labelWidth={120} gap={6}>
        {facts
          .filter((each) => each !== null)
          .map(([label, value]) => (
            <DataList.Item key={label}>
              <DataList.ItemLabel>{label}</DataList.ItemLabel>
              <DataList.ItemValue className="tally-break">{value}</DataList.ItemValue>
            </DataList.Item>
          ))}
      </DataList>
      {alert.status !== "resolved" && (
        <Text size="xs" c="dimmed">
          {t.detail.provisional}
        </Text>
      )}
    </>
  );
}

function watched(alert: Props["alert"]): ReactNode {
  if (alert.metric_type === EVALUATION) return watchedBy(alert);
  return (
    <Anchor component={Link} to={placeOf(alert.metric_type)} size="sm">
      {watchedBy(alert)}
    </Anchor>
  );
}

function ruleLink(ruleId: string, rule: Props["rule"]): ReactNode {
  if (rule === undefined) return `${t.detail.ruleGone} (${ruleId})`;
  return (
    <Anchor component={Link} to={`/alerts/rules/${encodeURIComponent(ruleId)}`} size="sm">
      <bdi>{rule.name}</bdi>
    </Anchor>
  );
}

function previous(alertId: string): ReactNode {
  return (
    <Anchor component={Link} to={`/alerts?alert=${encodeURIComponent(alertId)}`} size="sm">
      {t.detail.previousAlert}
    </Anchor>
  );
}
