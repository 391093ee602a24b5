/** Stops a batch that is being processed; continues one that failed or was stopped. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconPlayerPlay, IconPlayerStop } from "@tabler/icons-react";
import { useSend } from "@/api/queries";
import { ErrorNotice } from "@/components/ErrorNotice";
import { may } from "@/session/session";
import { text } from "@/text";
import { text as t } from "@/text/data";
import type { BatchDetails } from "./useBatch";

const CHANGES = ["/api/v1/ingest", "/api/v1/data-quality"];

export function BatchActions({ batch }: { batch: BatchDetails }) {
  const parts = { path: { batch_id: batch.batch_id } };
  const cancel = useSend("post", "/api/v1/ingest/batches/{batch_id}/cancel", CHANGES);
  const resume = useSend("post", "/api/v1/ingest/batches/{batch_id}/resume", CHANGES);
  const failure = cancel.error ?? resume.error;
  if (!may("ingest:write")) return null;
  const askToCancel = () =>
    modals.openConfirmModal({
      title: t.batches.cancelTitle,
      children: <Text size="sm">{t.batches.cancelHint}</Text>,
      labels: { confirm: t.batches.cancel, cancel: t.batches.keepLoading },
      confirmProps: { color: "red" },
      onConfirm: () => cancel.mutate(parts),
    });
  const askToResume = () =>
    modals.openConfirmModal({
      title: t.batches.resumeTitle,
      children: <Text size="sm">{t.batches.resumeHint}</Text>,
      labels: { confirm: t.batches.resume, cancel: text.actions.cancel },
      onConfirm: () => resume.mutate(parts),
    });
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="xs">
        {batch.status === "processing" && (
          <Button
            variant="default"
            leftSection={<IconPlayerStop size={14} aria-hidden />}
            loading={cancel.isPending}
            onClick={askToCancel}
          >
            {t.batches.cancel}
          </Button>
        )}
        {(batch.status === "failed" || batch.status === "cancelled") && (
          <Button
            variant="default"
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            loading={resume.isPending}
            onClick={askToResume}
          >
            {t.batches.resume}
          </Button>
        )}
      </Group>
      {failure && <ErrorNotice error={failure} />}
    </Stack>
  );
}
