/** The state of an experiment. */
import { Badge } from "@mantine/core";
import { type Status, STATUS_COLORS } from "./moves";
import { text as t } from "@/text/experiments";

export function StatusBadge({ status }: { status: Status }) {
  return (
    <Badge
      color={STATUS_COLORS[status]}
      variant={status === "archived" ? "outline" : "light"}
      miw="max-content"
    >
      {t.statuses[status]}
    </Badge>
  );
}
