/** Whether decisions and labels pass the pipelines in time; changes come over the socket. */
import { Badge, Group, Tooltip } from "@mantine/core";
import { useApi } from "@/api/queries";
import { text as t } from "@/text/fraud";
import type { Health } from "./feed";

const COLORS: Readonly<Record<string, string>> = {
  healthy: "teal",
  degraded: "yellow",
  down: "red",
  idle: "gray",
};

export function PipelineStrip({ changed }: { changed: Readonly<Record<string, Health>> }) {
  const { data } = useApi("/api/v1/analytics/pipeline/health");
  const known = (data?.pipelines ?? []).map(({ pipelineId, status, cause }): Health => ({
    pipelineId,
    status,
    causes: cause ? [cause] : [],
  }));
  return (
    <Group gap={6} role="list" aria-label={t.live.pipelines}>
      {known
        .map((each) => changed[each.pipelineId] ?? each)
        .map(({ pipelineId, status, causes }) => (
          <Tooltip key={pipelineId} label={hintOf(status, causes)} multiline maw={360}>
            <Badge
              variant="light"
              color={COLORS[status] ?? "gray"}
              size="sm"
              tabIndex={0}
              role="listitem"
              tt="none"
            >
              {t.live.pipeline(pipelineId, status)}
            </Badge>
          </Tooltip>
        ))}
    </Group>
  );
}

function hintOf(status: string, causes: readonly string[]): string {
  return causes.length > 0 ? causes.join(" ") : (t.live.statusHints[status] ?? status);
}
