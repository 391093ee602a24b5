/** Redrives or drops the selected rows, or all that match the filters. */
import { Button, Group, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { IconRefresh, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiError, toApiError } from "@/api/errors";
import { useInvalidate } from "@/api/queries";
import { ErrorNotice } from "@/components/ErrorNotice";
import { text } from "@/text";
import { text as q } from "@/text/dataQuarantine";
import { RedriveDialog } from "./RedriveDialog";
import { drop, type Dropped, type Selection } from "./redrives";

type Props = { selection: Selection; count: number; onDone: () => void };

export function BulkActions({ selection, count, onDone }: Props) {
  const [isOpen, setOpen] = useState(false);
  const invalidate = useInvalidate();
  const dropping = useMutation<Dropped, ApiError>({
    mutationFn: () => drop(selection).catch((error: unknown) => Promise.reject(toApiError(error))),
    onSuccess: async (dropped) => {
      notifications.show({ message: q.dropped(dropped.dropped, dropped.skipped), color: "green" });
      onDone();
      await invalidate("/api/v1/ingest", "/api/v1/data-quality");
    },
  });
  // The API does not drop rows of all sources at once.
  const mayDrop = selection.ids != null || selection.source_id != null;
  const askToDrop = () =>
    modals.openConfirmModal({
      title: q.dropTitle(count),
      children: <Text size="sm">{q.dropHint}</Text>,
      labels: { confirm: q.drop(count), cancel: text.actions.cancel },
      confirmProps: { color: "red" },
      onConfirm: () => dropping.mutate(),
    });
  return (
    <>
      <Group gap="xs">
        {mayDrop && (
          <Button
            variant="default"
            leftSection={<IconTrash size={14} aria-hidden />}
            loading={dropping.isPending}
            onClick={askToDrop}
          >
            {q.drop(count)}
          </Button>
        )}
        <Button leftSection={<IconRefresh size={14} aria-hidden />} onClick={() => setOpen(true)}>
          {q.redrive(count)}
        </Button>
      </Group>
      {dropping.error && <ErrorNotice error={dropping.error} />}
      {isOpen && (
        <RedriveDialog
          selection={selection}
          onClose={() => setOpen(false)}
          onDone={async () => {
            onDone();
            await invalidate("/api/v1/ingest", "/api/v1/data-quality");
          }}
        />
      )}
    </>
  );
}
