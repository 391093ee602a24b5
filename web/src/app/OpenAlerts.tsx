/** The number of open alerts beside the way to them; red if one of them is urgent. */
import { Badge, VisuallyHidden } from "@mantine/core";
import { useApi } from "@/api/queries";
import { formatCompact } from "@/format/numbers";
import { may } from "@/session/session";
import { text } from "@/text";

const EVERY = 60_000;

export function OpenAlerts() {
  const { data } = useApi("/api/v1/alerts", {
    query: { limit: 1 },
    every: EVERY,
    enabled: may("alerts:read"),
  });
  const { total = 0, by_severity: counts = {} } = data?.summary ?? {};
  if (total === 0) return null;
  const isUrgent = (counts.critical ?? 0) + (counts.high ?? 0) > 0;
  return (
    <Badge
      size="sm"
      circle={total < 10}
      color={isUrgent ? "red.8" : "gray"}
      variant={isUrgent ? "filled" : "light"}
    >
      <span aria-hidden>{formatCompact(total)}</span>
      <VisuallyHidden>{text.shell.openAlerts(total)}</VisuallyHidden>
    </Badge>
  );
}
