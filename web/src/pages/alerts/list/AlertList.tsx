/** Alerts as rows that fit a phone: what was found, how bad it is, and what can be done. */
import { Anchor, Box, Button, Group, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useReportingCurrency } from "@/api/reportingCurrency";
import type { components } from "@/api/schema.gen";
import { Moment } from "@/components/Moment";
import { may } from "@/session/session";
import { text as t } from "@/text/alerts";
import { valuesOf } from "../alertValues";
import { SeverityBadge, StatusBadge } from "../Severity";
import { type Act, NoteModal } from "./NoteModal";

type Alert = components["schemas"]["Alert"];
type Rule = components["schemas"]["AlertRule"];
type Props = { alerts: readonly Alert[]; rules: readonly Rule[]; empty: ReactNode };

export function AlertList({ alerts, rules, empty }: Props) {
  const [chosen, setChosen] = useState<{ alert: Alert; act: Act } | null>(null);
  if (alerts.length === 0) return <>{empty}</>;
  return (
    <>
      <Box component="ul" className="tally-rows" aria-label={t.table.label}>
        {alerts.map((alert) => (
          <AlertRow
            key={alert.alert_id}
            alert={alert}
            rule={rules.find(({ rule_id }) => rule_id === alert.rule_id)}
            onAct={(act) => setChosen({ alert, act })}
          />
        ))}
      </Box>
      {chosen !== null && <NoteModal {...chosen} onClose={() => setChosen(null)} />}
    </>
  );
}

type RowProps = { alert: Alert; rule: Rule | undefined; onAct: (act: Act) => void };

function AlertRow({ alert, rule, onAct }: RowProps) {
  const [parameters] = useSearchParams();
  const value = valuesOf(alert, rule, useReportingCurrency());
  const detail = new URLSearchParams(parameters);
  detail.set("alert", alert.alert_id);
  return (
    <Group component="li" gap="sm" align="flex-start" className="tally-row">
      <SeverityBadge severity={alert.severity} />
      <Stack gap={2} flex="1 1 260px" miw={0}>
        <Anchor
          component={Link}
          to={`?${detail.toString()}`}
          fw={600}
          size="sm"
          c="inherit"
          className="tally-break"
        >
          <bdi>{alert.title}</bdi>
        </Anchor>
        <Text size="xs" c="dimmed" lineClamp={2} className="tally-break">
          {alert.description}
        </Text>
        <Group gap="xs" fz="xs" c="dimmed">
          <span>
            {t.table.value} <b>{value(alert.current_value)}</b>
          </span>
          <span>
            {t.table.threshold} {value(alert.threshold_value)}
          </span>
          <span>
            {t.table.fired} <Moment at={alert.fired_at} />
          </span>
          {alert.acknowledged_by && (
            <span>{t.detail.by(t.detail.changes.acknowledged, alert.acknowledged_by)}</span>
          )}
        </Group>
      </Stack>
      <Group gap="sm">
        <StatusBadge status={alert.status} />
        <Actions alert={alert} onAct={onAct} />
      </Group>
    </Group>
  );
}

/** What can be done about an alert as it is. */
export function Actions({ alert, onAct }: { alert: Alert; onAct: (act: Act) => void }) {
  if (!may("alerts:write") || alert.status === "resolved") return null;
  return (
    <Group gap="xs" wrap="nowrap">
      {alert.status === "active" && (
        <Button
          variant="light"
          onClick={() => onAct("acknowledge")}
          aria-label={t.acknowledgeTitle(alert.title)}
        >
          {t.acknowledge}
        </Button>
      )}
      <Button variant="default" onClick={() => onAct("resolve")} aria-label={t.resolveTitle(alert.title)}>
        {t.resolve}
      </Button>
    </Group>
  );
}
