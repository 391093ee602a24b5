/** The state of a scenario or a run. */
import { Badge } from "@mantine/core";
import { type Status, STATUS_COLORS } from "./scenarios";
import { text as t } from "@/text/replay";

export function StatusBadge({ status }: { status: Status }) {
  return (
    <Badge color={STATUS_COLORS[status]} variant="light" miw="max-content">
      {t.statuses[status]}
    </Badge>
  );
}
