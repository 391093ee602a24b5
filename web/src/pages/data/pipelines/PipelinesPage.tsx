/** The pipelines as rows of stages: what waits in front of each, how late it is, and what was given up. */
import { Badge, Group, Stack, Text, Tooltip } from "@mantine/core";
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";
import { Freshness } from "@/components/Freshness";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { formatNumber, formatPercent, formatSeconds } from "@/format/numbers";
import { text as t } from "@/text/dataPipelines";
import { PipelineStatus } from "./PipelineStatus";
import { Stages } from "./Stages";

export type Pipeline = Result<"/api/v1/analytics/pipeline/health">["pipelines"][number];

/** The route allows 100 requests a minute; the health of pipelines changes by minutes. */
const EVERY = 30_000;

export function Component() {
  const health = useApi("/api/v1/analytics/pipeline/health", { every: EVERY });
  return (
    <Page
      title={t.title}
      description={t.description}
      actions={<Freshness at={health.data?.pipelines[0]?.checkedAt} />}
    >
      <Loaded query={health}>
        {({ pipelines }) => (
          <Stack gap="sm">
            {pipelines.map((pipeline) => (
              <PipelinePanel key={pipeline.pipelineId} pipeline={pipeline} />
            ))}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function PipelinePanel({ pipeline }: { pipeline: Pipeline }) {
  const { pipelineId, status, cause, stages } = pipeline;
  return (
    <Panel
      title={t.names[pipelineId] ?? pipelineId}
      aside={
        <Group gap="sm" wrap="nowrap">
          <PipelineStatus status={status} />
        </Group>
      }
    >
      <Stack gap="xs">
        {cause != null && (
          <Text size="sm" c="var(--mantine-color-red-light-color)" className="tally-break">
            {cause}
          </Text>
        )}
        <Stages stages={stages} />
        <Figures pipeline={pipeline} />
      </Stack>
    </Panel>
  );
}

function Figures({ pipeline }: { pipeline: Pipeline }) {
  const { freshnessSeconds, completeness, sloBurnRate, objective } = pipeline;
  return (
    <Group gap="lg">
      <Figure
        name={t.freshness}
        hint={t.freshnessHint}
        value={t.within(formatSeconds(freshnessSeconds), formatSeconds(objective.freshnessSeconds))}
      />
      <Figure
        name={t.completeness}
        hint={t.completenessHint}
        value={t.within(formatPercent(completeness, 3), formatPercent(objective.completeness, 3))}
      />
      <Figure name={t.burnRate} hint={t.burnRateHint} value={formatNumber(sloBurnRate)} />
    </Group>
  );
}

function Figure({ name, hint, value }: { name: string; hint: string; value: string }) {
  return (
    <Group gap={6} wrap="nowrap">
      <Tooltip label={hint} multiline maw={320}>
        <Badge variant="transparent" color="gray" tt="none" px={0} tabIndex={0}>
          {name}
        </Badge>
      </Tooltip>
      <Text size="sm">{value}</Text>
    </Group>
  );
}
