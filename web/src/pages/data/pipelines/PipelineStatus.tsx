/** Whether data pass in time; the color is never the only sign. */
import { Badge } from "@mantine/core";
import { text as t } from "@/text/dataPipelines";

export const STATUS_COLORS = { healthy: "green", degraded: "yellow", down: "red", idle: "gray" } as const;
export type Health = keyof typeof STATUS_COLORS;

export function PipelineStatus({ status }: { status: Health }) {
  return (
    <Badge variant="light" color={STATUS_COLORS[status]} style={{ flexShrink: 0 }}>
      {t.statuses[status]}
    </Badge>
  );
}
