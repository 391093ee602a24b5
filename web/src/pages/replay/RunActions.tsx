/** Runs a scenario, cancels its run, or makes another scenario like it. */
import { Button, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { IconPlayerPlay } from "@tabler/icons-react";
import { Link } from "react-router";
import { isUnderWay, type Scenario } from "./scenarios";
import { useInvalidate, useSend } from "@/api/queries";
import { may } from "@/session/session";
import { ErrorNotice } from "@/components/ErrorNotice";
import { text } from "@/text";
import { text as t } from "@/text/replay";

const SCENARIOS = "/api/v1/analytics/replay/scenarios";

export function RunActions({ scenario }: { scenario: Scenario }) {
  if (!may("replay:run")) return null;
  return (
    <>
      <Button variant="default" component={Link} to={`/replay/new?from=${scenario.id}`}>
        {t.page.copy}
      </Button>
      {isUnderWay(scenario.status) && <CancelButton id={scenario.id} />}
      {scenario.status === "completed" && <RunButton scenario={scenario} />}
    </>
  );
}

/** Starts a run. A refusal, such as that of the hourly limit, is shown with its wait. */
export function RunButton({ scenario: { id, status } }: { scenario: Scenario }) {
  const invalidate = useInvalidate();
  const run = useSend("post", `${SCENARIOS}/{scenario_id}/run`, [SCENARIOS]);
  if (!may("replay:run")) return null;
  const start = () =>
    run.mutate({ path: { scenario_id: id } }, { onError: () => void invalidate(SCENARIOS) });
  if (run.error !== null) return <ErrorNotice error={run.error} onRetry={start} />;
  return (
    <Button leftSection={<IconPlayerPlay size={14} aria-hidden />} loading={run.isPending} onClick={start}>
      {status === "draft" ? t.page.run : t.page.again}
    </Button>
  );
}

function CancelButton({ id }: { id: string }) {
  const invalidate = useInvalidate();
  const cancel = useSend("post", `${SCENARIOS}/{scenario_id}/cancel`, [SCENARIOS]);
  const send = () =>
    cancel.mutate(
      { path: { scenario_id: id } },
      {
        onSuccess: () => notifications.show({ message: t.page.cancelled, color: "green" }),
        onError: ({ message }) => {
          notifications.show({ message, color: "red", autoClose: 12_000 });
          void invalidate(SCENARIOS);
        },
      },
    );
  const ask = () =>
    modals.openConfirmModal({
      title: t.page.cancelConfirm,
      children: <Text size="sm">{t.page.cancelHint}</Text>,
      labels: { confirm: t.page.cancel, cancel: text.actions.close },
      confirmProps: { color: "red" },
      onConfirm: send,
    });
  return (
    <Button color="red" variant="light" loading={cancel.isPending} onClick={ask}>
      {t.page.cancel}
    </Button>
  );
}
