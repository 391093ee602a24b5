/** A rule as a sentence, with its switch and what can be done with it. */
import { Anchor, Badge, Group, Stack, Switch, Text, Tooltip } from "@mantine/core";
import { modals } from "@mantine/modals";
import { Link } from "react-router";
import { useSend } from "@/api/queries";
import { useReportingCurrency } from "@/api/reportingCurrency";
import { noticeFailure } from "@/components/notices";
import { formatDuration } from "@/format/durations";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { may } from "@/session/session";
import { text } from "@/text";
import { text as t } from "@/text/alertRules";
import { text as s } from "@/text/ruleSummary";
import { type Rule, withChanges } from "../ruleForm";
import { conditionWords } from "../ruleSummary";
import { SeverityBadge } from "../Severity";
import { hasHistory, parseSubject, subjectLabel } from "../subjects";
import { RuleMenu } from "./RuleMenu";

export function RuleRow({ rule }: { rule: Rule }) {
  const reporting = useReportingCurrency();
  const currency = rule.filters?.currency?.[0] ?? reporting;
  const label = subjectLabel(rule.metric);
  const subject = hasHistory(parseSubject(rule.metric)) ? s.over(label, formatDuration(rule.window)) : label;
  return (
    <Group component="li" gap="sm" align="flex-start" className="tally-row">
      <EnableSwitch rule={rule} />
      <Stack gap={2} flex="1 1 240px" miw={0}>
        <Anchor
          component={Link}
          to={`/alerts/rules/${encodeURIComponent(rule.rule_id)}`}
          fw={600}
          size="sm"
          c="inherit"
          className="tally-break"
        >
          <bdi>{rule.name}</bdi>
        </Anchor>
        <Text size="xs" c="dimmed" className="tally-break">
          {subject} {conditionWords(rule.metric, rule.condition, currency)}
          {rule.group_by &&
            `, ${t.table.grouped((t.filterNames[rule.group_by] ?? rule.group_by).toLowerCase())}`}
        </Text>
      </Stack>
      {rule.silenced && <Silenced {...rule.silenced} />}
      <SeverityBadge severity={rule.severity} />
      <RuleMenu rule={rule} />
    </Group>
  );
}

/** Stopping to evaluate a rule resolves its alerts, so that is confirmed. */
function EnableSwitch({ rule }: { rule: Rule }) {
  const replace = useSend("put", "/api/v1/alerts/rules/{rule_id}", ["/api/v1/alerts"]);
  const set = (enabled: boolean) =>
    replace.mutate(
      { path: { rule_id: rule.rule_id }, body: withChanges(rule, { enabled }) },
      { onError: noticeFailure },
    );
  const confirm = () =>
    modals.openConfirmModal({
      title: t.disable.title,
      children: <Text size="sm">{t.disable.message(rule.name)}</Text>,
      labels: { confirm: t.disable.confirm, cancel: text.actions.cancel },
      confirmProps: { color: "red" },
      onConfirm: () => set(false),
    });
  return (
    <Switch
      aria-label={t.table.enable(rule.name)}
      checked={replace.isPending ? (replace.variables.body?.enabled ?? rule.enabled) : rule.enabled}
      disabled={!may("alerts:write") || replace.isPending}
      onChange={(event) => (event.currentTarget.checked ? set(true) : confirm())}
    />
  );
}

function Silenced({ until, by, reason }: NonNullable<Rule["silenced"]>) {
  const { timeZone } = usePreferences();
  return (
    <Tooltip label={t.table.silencedBy(by, reason)} multiline maw={320}>
      <Badge size="sm" color="grape" variant="light" tabIndex={0}>
        {t.table.silencedUntil(formatTime(until, timeZone))}
      </Badge>
    </Tooltip>
  );
}
