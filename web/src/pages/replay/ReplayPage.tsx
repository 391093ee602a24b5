/** A replay scenario: what it changes, its runs with their progress, and the results of one of them. */
import { Alert, Button, Group, Progress, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useParams } from "react-router";
import { ResultsView } from "./ResultsView";
import { RunActions, RunButton } from "./RunActions";
import { RunHistory } from "./RunHistory";
import { isUnderWay, type Scenario } from "./scenarios";
import { SetupPanel } from "./SetupPanel";
import { StatusBadge } from "./StatusBadge";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { useUrlState } from "@/components/useUrlState";
import { formatNumber } from "@/format/numbers";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/replay";

const PATH = "/api/v1/analytics/replay/scenarios/{scenario_id}";
/** Milliseconds between two looks at a run that is under way. */
const EVERY = 2000;

export function Component() {
  const { id = "" } = useParams();
  const scenario = useApi(PATH, {
    path: { scenario_id: id },
    every: (data) => (data !== undefined && isUnderWay(data.status) ? EVERY : false),
  });
  useRereadRuns(scenario.data?.status);
  return <Loaded query={scenario}>{(data) => <View scenario={data} />}</Loaded>;
}

/** Reads the runs again whenever the scenario has moved to another state. */
function useRereadRuns(status: Scenario["status"] | undefined): void {
  const client = useQueryClient();
  useEffect(() => {
    if (status !== undefined) void client.invalidateQueries({ queryKey: [`${PATH}/runs`] });
  }, [client, status]);
}

function View({ scenario }: { scenario: Scenario }) {
  const { timeZone } = usePreferences();
  const { name, description, status, createdBy, createdAt } = scenario;
  return (
    <Page
      title={name}
      description={
        <Group gap="xs">
          <StatusBadge status={status} />
          <Text size="sm" c="dimmed">
            {t.page.createdBy(createdBy, formatTime(createdAt, timeZone))}
          </Text>
        </Group>
      }
      actions={<RunActions scenario={scenario} />}
    >
      {description !== "" && (
        <Text size="sm" className="tally-break" dir="auto" maw={760}>
          {description}
        </Text>
      )}
      <LatestRun scenario={scenario} />
      <Shown scenario={scenario} />
      <SetupPanel scenario={scenario} />
      {scenario.runId && <RunHistory scenarioId={scenario.id} latest={scenario.runId} />}
    </Page>
  );
}

/** How far the latest run is, or why it has no results. */
function LatestRun({ scenario }: { scenario: Scenario }) {
  const { timeZone } = usePreferences();
  const { status, progress, error, estimatedCompletionTime } = scenario;
  if (status === "draft") {
    return (
      <EmptyState title={t.page.draft} hint={t.page.draftHint}>
        <RunButton scenario={scenario} />
      </EmptyState>
    );
  }
  if (isUnderWay(status)) {
    const { processed, total, percentage } = progress;
    return (
      <Stack gap={6} role="status">
        <Progress value={percentage} animated aria-label={t.page.progressLabel} />
        <Text size="sm">
          {[
            total === 0 ? t.page.counting : t.page.progress(formatNumber(processed), formatNumber(total)),
            ...(estimatedCompletionTime ? [t.page.until(formatTime(estimatedCompletionTime, timeZone))] : []),
          ].join(" · ")}
        </Text>
      </Stack>
    );
  }
  if (status === "completed") return null;
  const isFailed = status === "failed";
  return (
    <Alert
      color={isFailed ? "red" : "yellow"}
      title={isFailed ? t.page.failed : t.page.cancelledTitle}
      role="alert"
    >
      <Text size="sm" mb="xs" className="tally-break">
        {isFailed ? error : t.page.cancelledHint}
      </Text>
      <RunButton scenario={scenario} />
    </Alert>
  );
}

/** The results of the run in the address, else of the latest one if it is completed. */
function Shown({ scenario }: { scenario: Scenario }) {
  const [run, setRun] = useUrlState("run", "");
  const latest = scenario.status === "completed" ? (scenario.runId ?? "") : "";
  const runId = run || latest;
  const results = useApi(`${PATH}/results`, {
    path: { scenario_id: scenario.id },
    query: { runId },
    enabled: runId !== "",
  });
  if (runId === "") return null;
  return (
    <Stack gap="md">
      {run !== "" && run !== scenario.runId && (
        <Group gap="xs" role="status">
          <Text size="sm">{t.page.earlier}</Text>
          <Button variant="default" onClick={() => setRun(null)}>
            {t.page.latest}
          </Button>
        </Group>
      )}
      <Loaded query={results}>{(data) => <ResultsView scenario={scenario} results={data} />}</Loaded>
    </Stack>
  );
}
