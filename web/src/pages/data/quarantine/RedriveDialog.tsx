/** Tries a redrive first, shows what would be loaded, and runs it when it is confirmed. */
import { Alert, Button, Group, List, Loader, Modal, Stack, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useEffect } from "react";
import { type ApiError, toApiError } from "@/api/errors";
import { ErrorNotice } from "@/components/ErrorNotice";
import { text } from "@/text";
import { text as q } from "@/text/dataQuarantine";
import { redrive, type Redriven, type Selection } from "./redrives";

type Props = { selection: Selection; onClose: () => void; onDone: () => Promise<void> };

export function RedriveDialog({ selection, onClose, onDone }: Props) {
  const attempt = useRedrive(selection, true);
  const run = useRedrive(selection, false, onDone);
  const { mutate: start } = attempt;
  useEffect(() => start(), [start]);
  const failure = run.error ?? attempt.error;
  return (
    <Modal opened onClose={onClose} title={q.redriveTitle} size="lg">
      <Stack gap="md">
        {failure && <ErrorNotice error={failure} onRetry={() => start()} />}
        {attempt.isPending && (
          <Group gap="sm">
            <Loader size="sm" />
            <Text size="sm">{q.trying}</Text>
          </Group>
        )}
        {run.data === undefined && attempt.data && <Found result={attempt.data} />}
        {run.data && <Found result={run.data} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {run.data ? text.actions.close : text.actions.cancel}
          </Button>
          {run.data === undefined && (
            <Button
              onClick={() => run.mutate()}
              loading={run.isPending}
              disabled={(attempt.data?.accepted ?? 0) === 0}
            >
              {q.load(attempt.data?.accepted ?? 0)}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function useRedrive(selection: Selection, isDryRun: boolean, onDone?: () => Promise<void>) {
  return useMutation<Redriven, ApiError>({
    mutationFn: () =>
      redrive(selection, { isDryRun }).catch((error: unknown) => Promise.reject(toApiError(error))),
    ...(onDone ? { onSuccess: onDone } : {}),
  });
}

/** What a redrive did, or would do. */
export function Found({ result }: { result: Redriven }) {
  const { dry_run, accepted, rejected, skipped, reasons, skipped_deliveries } = result;
  const words = dry_run ? q.wouldBe : q.was;
  return (
    <Stack gap="xs" data-accepted={accepted} data-rejected={rejected}>
      <Alert
        color={accepted > 0 ? "green" : "yellow"}
        icon={<IconCheck size={18} aria-hidden />}
        role="status"
        title={words.accepted(accepted)}
      >
        {rejected > 0 && <Text size="sm">{words.rejected(rejected)}</Text>}
        {skipped > 0 && <Text size="sm">{words.skipped(skipped)}</Text>}
      </Alert>
      {Object.keys(reasons).length > 0 && (
        <List size="sm">
          {Object.entries(reasons).map(([code, count]) => (
            <List.Item key={code}>
              <b>{code}</b> {q.rows(count)}
            </List.Item>
          ))}
        </List>
      )}
      {skipped_deliveries.map(({ origin, reason }) => (
        <Text key={origin} size="sm" className="tally-break">
          <b>{origin}</b> {reason}
        </Text>
      ))}
    </Stack>
  );
}
