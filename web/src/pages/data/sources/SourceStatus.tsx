/** Whether a source delivers what can be loaded. */
import { Badge, Tooltip } from "@mantine/core";
import { text as t } from "@/text/data";

const COLORS = { active: "green", inactive: "gray", error: "red" } as const;

export function SourceStatus({ status }: { status: keyof typeof COLORS }) {
  return (
    <Tooltip label={t.sources.statusHints[status]} multiline maw={300}>
      <Badge variant="light" color={COLORS[status]} miw="max-content" tabIndex={0}>
        {t.sources.statuses[status]}
      </Badge>
    </Tooltip>
  );
}
