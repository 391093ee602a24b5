/** Acknowledges or resolves an alert, with a note for its history. */
import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useSend } from "@/api/queries";
import type { components } from "@/api/schema.gen";
import { ErrorNotice } from "@/components/ErrorNotice";
import { text } from "@/text";
import { text as t } from "@/text/alerts";

export type Act = "acknowledge" | "resolve";
type Props = { alert: components["schemas"]["Alert"]; act: Act; onClose: () => void };

const LONGEST_NOTE = 2000;
const WORDS = {
  acknowledge: { title: t.acknowledgeTitle, hint: t.acknowledgeHint, confirm: t.acknowledge },
  resolve: { title: t.resolveTitle, hint: t.resolveHint, confirm: t.resolve },
};

export function NoteModal({ alert, act, onClose }: Props) {
  const [note, setNote] = useState("");
  const acknowledge = useSend("post", "/api/v1/alerts/{alert_id}/acknowledge", ["/api/v1/alerts"]);
  const resolve = useSend("post", "/api/v1/alerts/{alert_id}/resolve", ["/api/v1/alerts"]);
  const { error, isPending } = act === "acknowledge" ? acknowledge : resolve;
  const words = WORDS[act];

  const submit = async () => {
    const parts = {
      path: { alert_id: alert.alert_id },
      ...(note.trim() === "" ? {} : { body: { note: note.trim() } }),
    };
    if (act === "acknowledge") {
      const done = await acknowledge.mutateAsync(parts);
      notifications.show({ message: t.acknowledgedBy(done.acknowledged_by), color: "green" });
    } else {
      await resolve.mutateAsync(parts);
      notifications.show({ message: t.resolved, color: "green" });
    }
    onClose();
  };

  return (
    <Modal opened onClose={onClose} title={words.title(alert.title)} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit().catch(() => undefined);
        }}
      >
        <Stack gap="sm">
          <Text size="sm">{words.hint}</Text>
          <Textarea
            label={t.note}
            description={t.noteHint}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            maxLength={LONGEST_NOTE}
            autosize
            minRows={2}
            maxRows={8}
            data-autofocus
          />
          {error !== null && <ErrorNotice error={error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text.actions.cancel}
            </Button>
            <Button type="submit" loading={isPending}>
              {words.confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
