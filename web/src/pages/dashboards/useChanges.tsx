/** Copies and deletes dashboards, from whichever page. */
import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useQueryClient } from "@tanstack/react-query";
import type { ApiError } from "@/api/errors";
import { useSend } from "@/api/queries";
import type { Dashboard } from "./model";
import { text } from "@/text";
import { text as t } from "@/text/dashboards";

export const LIST = "/api/v1/dashboards";

/** Returns a function that has the list of dashboards read again, and nothing of a single one. */
export function useInvalidateList(): () => void {
  const client = useQueryClient();
  return () => void client.invalidateQueries({ queryKey: [LIST] });
}

type Named = Pick<Dashboard, "dashboard_id" | "name">;

/** Returns a function that makes a private copy of a dashboard. */
export function useCopy(onCopied: (made: Dashboard) => void) {
  const { mutate, isPending } = useSend("post", "/api/v1/dashboards/{dashboard_id}/copy");
  const invalidate = useInvalidateList();
  const run = ({ dashboard_id }: Named) =>
    mutate(
      { path: { dashboard_id } },
      {
        onError: tell,
        onSuccess: (made) => {
          notifications.show({ message: t.copied(made.name), color: "green" });
          invalidate();
          onCopied(made);
        },
      },
    );
  return { run, isPending };
}

/** Returns a function that deletes a dashboard after people have confirmed it. */
export function useRemoval(onRemoved: () => void): (dashboard: Named) => void {
  const { mutate } = useSend("delete", "/api/v1/dashboards/{dashboard_id}");
  const invalidate = useInvalidateList();
  const remove = ({ dashboard_id, name }: Named) =>
    mutate(
      { path: { dashboard_id } },
      {
        onError: tell,
        onSuccess: () => {
          notifications.show({ message: t.deleted(name), color: "green" });
          onRemoved();
          invalidate();
        },
      },
    );
  return (dashboard) =>
    modals.openConfirmModal({
      title: t.remove.title,
      children: (
        <Text size="sm" className="tally-break" dir="auto">
          {t.remove.question(dashboard.name)}
        </Text>
      ),
      labels: { confirm: text.actions.delete, cancel: text.actions.cancel },
      confirmProps: { color: "red" },
      onConfirm: () => remove(dashboard),
    });
}

function tell(error: ApiError): void {
  notifications.show({ title: text.errors.failed, message: error.message, color: "red" });
}
