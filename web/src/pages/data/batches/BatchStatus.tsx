/** The status of a batch, with its progress while it is being processed. */
import { Badge } from "@mantine/core";
import { text as t } from "@/text/data";

const COLORS = { processing: "blue", completed: "green", failed: "red", cancelled: "gray" } as const;
export type Status = keyof typeof COLORS;

export const STATUS_CHOICES = (Object.keys(COLORS) as Status[]).map((value) => ({
  value,
  label: t.batches.statuses[value],
}));

export function isBatchStatus(name: string): name is Status {
  return Object.hasOwn(COLORS, name);
}

export function BatchStatus({ status, percentage }: { status: Status; percentage?: number }) {
  const isRunning = status === "processing" && percentage !== undefined;
  return (
    <Badge variant="light" color={COLORS[status]} miw="max-content">
      {t.batches.statuses[status]}
      {isRunning && ` ${Math.floor(percentage)}%`}
    </Badge>
  );
}
