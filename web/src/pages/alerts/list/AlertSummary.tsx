/** How many alerts match, in all and by severity. */
import { Badge, Group, Text } from "@mantine/core";
import type { components } from "@/api/schema.gen";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/alerts";
import { SEVERITIES } from "../Severity";

export function AlertSummary({ summary }: { summary: components["schemas"]["AlertSummary"] }) {
  const found = SEVERITIES.filter((severity) => (summary.by_severity[severity] ?? 0) > 0);
  return (
    <Group gap={6} role="status" aria-label={t.summary.label} justify="flex-end">
      <Text size="xs" fw={600}>
        {t.summary.total(summary.total)}
      </Text>
      {found.map((severity) => (
        <Badge key={severity} size="xs" variant="default">
          {t.summary.bySeverity(formatNumber(summary.by_severity[severity]), t.severities[severity])}
        </Badge>
      ))}
    </Group>
  );
}
