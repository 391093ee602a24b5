/** Moves an experiment from state to state; each move is confirmed. */
import { Button, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { type Experiment, FINAL, type Move, movesFrom } from "./moves";
import { useInvalidate, useSend } from "@/api/queries";
import { text } from "@/text";
import { text as t } from "@/text/experiments";

const EXPERIMENTS = "/api/v1/analytics/experiments";

export function MoveButtons({ experiment }: { experiment: Experiment }) {
  return movesFrom(experiment.status).map((move) => <MoveButton key={move} id={experiment.id} move={move} />);
}

function MoveButton({ id, move }: { id: string; move: Move }) {
  const { label, confirm, done } = t.moves[move];
  const invalidate = useInvalidate();
  const send = useSend("post", `/api/v1/analytics/experiments/{experiment_id}/${move}`, [EXPERIMENTS]);
  const run = () =>
    send.mutate(
      { path: { experiment_id: id } },
      {
        onSuccess: () => notifications.show({ message: done, color: "green" }),
        onError: ({ message }) => {
          notifications.show({ title: t.moveFailed, message, color: "red", autoClose: 12_000 });
          // Somebody else may have moved it meanwhile.
          void invalidate(EXPERIMENTS);
        },
      },
    );
  const ask = () =>
    modals.openConfirmModal({
      title: confirm,
      children: <Text size="sm">{t.moveHints[move]}</Text>,
      labels: { confirm: label, cancel: text.actions.cancel },
      confirmProps: FINAL.has(move) ? { color: "red" } : {},
      onConfirm: run,
    });
  return (
    <Button variant={move === "start" ? "filled" : "default"} loading={send.isPending} onClick={ask}>
      {label}
    </Button>
  );
}
