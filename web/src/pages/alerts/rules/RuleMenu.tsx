/** What can be done with a rule. */
import { ActionIcon, Menu, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import {
  IconBell,
  IconBellOff,
  IconCopy,
  IconDotsVertical,
  IconHistory,
  IconPencil,
  IconTrash,
} from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { useSend } from "@/api/queries";
import { noticeDone, noticeFailure } from "@/components/notices";
import { may } from "@/session/session";
import { text } from "@/text";
import { text as t } from "@/text/alertRules";
import type { Rule } from "../ruleForm";
import { SilenceModal } from "./SilenceModal";

const CHANGES = ["/api/v1/alerts"];

export function RuleMenu({ rule }: { rule: Rule }) {
  const [isSilencing, setSilencing] = useState(false);
  const id = encodeURIComponent(rule.rule_id);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t.table.actions(rule.name)}>
            <IconDotsVertical size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component={Link} to={`/alerts/rules/${id}`} leftSection={<IconPencil size={14} />}>
            {may("alerts:write") ? t.actions.edit : t.actions.view}
          </Menu.Item>
          <Menu.Item component={Link} to={`/alerts?rule=${id}`} leftSection={<IconBell size={14} />}>
            {t.actions.alerts}
          </Menu.Item>
          <Menu.Item
            component={Link}
            to={`/alerts?rule=${id}&status=resolved`}
            leftSection={<IconHistory size={14} />}
          >
            {t.actions.resolved}
          </Menu.Item>
          {may("alerts:write") && <Changes rule={rule} onSilence={() => setSilencing(true)} />}
        </Menu.Dropdown>
      </Menu>
      {isSilencing && <SilenceModal rule={rule} onClose={() => setSilencing(false)} />}
    </>
  );
}

function Changes({ rule, onSilence }: { rule: Rule; onSilence: () => void }) {
  const silence = useSend("post", "/api/v1/alerts/rules/{rule_id}/silence", CHANGES);
  const remove = useSend("delete", "/api/v1/alerts/rules/{rule_id}", CHANGES);
  const path = { rule_id: rule.rule_id };
  const endSilence = () =>
    silence.mutate(
      { path, body: { until: null, reason: "" } },
      { onSuccess: () => noticeDone(t.silence.ended), onError: noticeFailure },
    );
  const confirm = () =>
    modals.openConfirmModal({
      title: t.remove.title,
      children: (
        <Text size="sm" className="tally-break">
          {t.remove.message(rule.name)}
        </Text>
      ),
      labels: { confirm: t.remove.confirm, cancel: text.actions.cancel },
      confirmProps: { color: "red" },
      onConfirm: () =>
        remove.mutate({ path }, { onSuccess: () => noticeDone(t.remove.done), onError: noticeFailure }),
    });
  return (
    <>
      <Menu.Item
        component={Link}
        to={`/alerts/rules/new?copy=${encodeURIComponent(rule.rule_id)}`}
        leftSection={<IconCopy size={14} />}
      >
        {t.actions.duplicate}
      </Menu.Item>
      {rule.silenced ? (
        <Menu.Item leftSection={<IconBell size={14} />} onClick={endSilence}>
          {t.actions.endSilence}
        </Menu.Item>
      ) : (
        <Menu.Item leftSection={<IconBellOff size={14} />} onClick={onSilence}>
          {t.actions.silence}
        </Menu.Item>
      )}
      <Menu.Divider />
      <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={confirm}>
        {t.actions.delete}
      </Menu.Item>
    </>
  );
}
