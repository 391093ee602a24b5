/** How serious an alert is, and what has become of it, by color and word. */
import { Badge, type MantineColor } from "@mantine/core";
import type { components } from "@/api/schema.gen";
import { text as t } from "@/text/alerts";

export type AlertSeverity = components["schemas"]["AlertSeverity"];
export type AlertStatus = components["schemas"]["AlertStatus"];

export const SEVERITIES: readonly AlertSeverity[] = ["critical", "high", "medium", "low"];
const COLORS: Readonly<Record<AlertSeverity, MantineColor>> = {
  critical: "red.8",
  high: "orange",
  medium: "yellow",
  low: "gray",
};
const STATUS_COLORS: Readonly<Record<AlertStatus, MantineColor>> = {
  active: "red",
  acknowledged: "blue",
  resolved: "green",
};

export function SeverityBadge({ severity }: { severity: AlertSeverity }) {
  return (
    <Badge
      size="sm"
      color={COLORS[severity]}
      variant={severity === "critical" ? "filled" : "light"}
      miw={76}
      flex="0 0 auto"
    >
      {t.severities[severity]}
    </Badge>
  );
}

export function StatusBadge({ status }: { status: AlertStatus }) {
  return (
    <Badge size="sm" color={STATUS_COLORS[status]} variant="dot" flex="0 0 auto">
      {t.statuses[status]}
    </Badge>
  );
}
