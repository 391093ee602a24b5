/** Replaces the secret of a key, and shows the new one once. */
import { Button, Group, Modal, NumberInput, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useSend } from "@/api/queries";
import { ErrorNotice } from "@/components/ErrorNotice";
import { text } from "@/text";
import { text as t } from "@/text/admin";
import type { ApiKey } from "./KeysPage";
import { NewSecret } from "./NewSecret";

const DEFAULT_HOURS = 24;
const MOST_HOURS = 168;

export function RotateModal({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const [hours, setHours] = useState<number | string>(DEFAULT_HOURS);
  const rotate = useSend("post", "/api/v1/auth/keys/{key_id}/rotate", ["/api/v1/auth/keys"]);
  const made = rotate.data;
  const send = () => rotate.mutate({ path: { key_id: apiKey.id }, query: { grace_hours: Number(hours) } });
  return (
    <Modal
      opened
      onClose={onClose}
      title={made === undefined ? t.keys.rotation.title(apiKey.name) : t.keys.secret.rotated}
      centered
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
    >
      {made === undefined ? (
        <Stack gap="sm">
          <Text size="sm">{t.keys.rotation.hint}</Text>
          <NumberInput
            label={t.keys.rotation.grace}
            value={hours}
            onChange={setHours}
            min={0}
            max={MOST_HOURS}
            clampBehavior="strict"
            allowDecimal={false}
          />
          {rotate.error !== null && <ErrorNotice error={rotate.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text.actions.cancel}
            </Button>
            <Button onClick={send} loading={rotate.isPending} disabled={hours === ""}>
              {t.keys.rotation.confirm}
            </Button>
          </Group>
        </Stack>
      ) : (
        <NewSecret made={made} onClose={onClose} />
      )}
    </Modal>
  );
}
