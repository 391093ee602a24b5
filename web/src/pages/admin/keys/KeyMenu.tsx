/** What can be done with a key: replace its secret, or revoke it. */
import { ActionIcon, Menu, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconDotsVertical, IconKey, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useSend } from "@/api/queries";
import { noticeDone, noticeFailure } from "@/components/notices";
import { currentKeyId } from "@/session/subject";
import { text } from "@/text";
import { text as t } from "@/text/admin";
import type { ApiKey } from "./KeysPage";
import { RotateModal } from "./RotateModal";

export function KeyMenu({ apiKey }: { apiKey: ApiKey }) {
  const [isRotating, setRotating] = useState(false);
  const revoke = useSend("delete", "/api/v1/auth/keys/{key_id}", ["/api/v1/auth/keys"]);
  const confirm = () =>
    modals.openConfirmModal({
      title: t.keys.revocation.title(apiKey.name),
      children: (
        <Stack gap="xs">
          <Text size="sm">{t.keys.revocation.message}</Text>
          {apiKey.id === currentKeyId() && (
            <Text size="sm" fw={600}>
              {t.keys.revocation.own}
            </Text>
          )}
        </Stack>
      ),
      labels: { confirm: t.keys.revocation.confirm, cancel: text.actions.cancel },
      confirmProps: { color: "red" },
      onConfirm: () =>
        revoke.mutate(
          { path: { key_id: apiKey.id } },
          { onSuccess: () => noticeDone(t.keys.revocation.done), onError: noticeFailure },
        ),
    });
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t.keys.actions(apiKey.name)}>
            <IconDotsVertical size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconKey size={14} />} onClick={() => setRotating(true)}>
            {t.keys.rotate}
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconTrash size={14} />} onClick={confirm}>
            {t.keys.revoke}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isRotating && <RotateModal apiKey={apiKey} onClose={() => setRotating(false)} />}
    </>
  );
}
