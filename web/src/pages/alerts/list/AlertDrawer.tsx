/** Everything about the alert that the address names, beside the list. */
import { Drawer, Group, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useApi } from "@/api/queries";
import type { components } from "@/api/schema.gen";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { useUrlState } from "@/components/useUrlState";
import { text as t } from "@/text/alerts";
import { SeverityBadge, StatusBadge } from "../Severity";
import { AlertFacts } from "./AlertFacts";
import { AlertHistory } from "./AlertHistory";
import { Actions } from "./AlertList";
import { type Act, NoteModal } from "./NoteModal";

type Alert = components["schemas"]["Alert"];
type Rule = components["schemas"]["AlertRule"];
type Props = { alerts: readonly Alert[]; rules: readonly Rule[] };

const MOST = 1000;

export function AlertDrawer({ alerts, rules }: Props) {
  const [id, setId] = useUrlState("alert", "");
  const listed = alerts.find(({ alert_id }) => alert_id === id);
  return (
    <Drawer opened={id !== ""} onClose={() => setId(null)} title={t.detail.title} position="right" size="lg">
      {listed === undefined ? (
        <Elsewhere id={id} rules={rules} />
      ) : (
        <Detail alert={listed} rule={ruleOf(listed, rules)} />
      )}
    </Drawer>
  );
}

/** An alert that the filters of the list leave out: among the open ones, else among those that are resolved. */
function Elsewhere({ id, rules }: { id: string; rules: readonly Rule[] }) {
  const is = ({ alert_id }: Alert) => alert_id === id;
  const open = useApi("/api/v1/alerts", { query: { limit: MOST }, enabled: id !== "" });
  const isOpen = open.data?.alerts.some(is) ?? true;
  const resolved = useApi("/api/v1/alerts", { query: { limit: MOST, status: "resolved" }, enabled: !isOpen });
  return (
    <Loaded query={isOpen ? open : resolved}>
      {({ alerts }) => {
        const found = alerts.find(is);
        return found === undefined ? (
          <EmptyState title={t.detail.notFound} hint={t.detail.notFoundHint} />
        ) : (
          <Detail alert={found} rule={ruleOf(found, rules)} />
        );
      }}
    </Loaded>
  );
}

function Detail({ alert, rule }: { alert: Alert; rule: Rule | undefined }) {
  const [act, setAct] = useState<Act | null>(null);
  return (
    <Stack gap="md">
      <Stack gap={4}>
        <Group gap="xs">
          <SeverityBadge severity={alert.severity} />
          <StatusBadge status={alert.status} />
        </Group>
        <Text fw={650} size="lg" className="tally-break">
          <bdi>{alert.title}</bdi>
        </Text>
        <Text size="sm" className="tally-break">
          {alert.description}
        </Text>
      </Stack>
      <Actions alert={alert} onAct={setAct} />
      <AlertFacts alert={alert} rule={rule} />
      <AlertHistory history={alert.history} />
      {act !== null && <NoteModal alert={alert} act={act} onClose={() => setAct(null)} />}
    </Stack>
  );
}

function ruleOf(alert: Alert, rules: readonly Rule[]): Rule | undefined {
  return rules.find(({ rule_id }) => rule_id === alert.rule_id);
}
