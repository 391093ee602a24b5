/** The runs of a scenario, the newest first; the results of completed ones can be shown. */
import { Button, Text } from "@mantine/core";
import { type Run } from "./scenarios";
import { StatusBadge } from "./StatusBadge";
import { sliceOf } from "@/api/newestFirst";
import { useApi } from "@/api/queries";
import { type Column, DataTable } from "@/components/DataTable";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { useUrlPage, useUrlState } from "@/components/useUrlState";
import { ABSENT, formatNumber } from "@/format/numbers";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/replay";

const PATH = "/api/v1/analytics/replay/scenarios/{scenario_id}/runs";
const PAGE_SIZE = 10;

export function RunHistory({ scenarioId, latest }: { scenarioId: string; latest: string }) {
  const { timeZone } = usePreferences();
  const [run, setRun] = useUrlState("run", "");
  const [number, setNumber] = useUrlPage();
  const path = { scenario_id: scenarioId };
  const count = useApi(PATH, { path, query: { limit: 1 } });
  const total = count.data?.total;
  const page = useApi(PATH, {
    path,
    query: sliceOf(number, PAGE_SIZE, total ?? 0),
    enabled: total !== undefined,
    keep: true,
  });
  const shown = run || latest;
  const columns: Column<Run>[] = [
    { key: "started", title: t.page.startedAt, render: ({ startedAt }) => formatTime(startedAt, timeZone) },
    { key: "status", title: t.list.status, render: ({ status }) => <StatusBadge status={status} /> },
    { key: "ended", title: t.page.endedAt, render: ({ completedAt }) => formatTime(completedAt, timeZone) },
    {
      key: "decisions",
      title: t.list.decisions,
      isNumber: true,
      render: ({ progress }) => (progress.total === 0 ? ABSENT : formatNumber(progress.total)),
    },
    { key: "by", title: t.page.runBy, render: ({ requestedBy }) => requestedBy },
    {
      key: "checksum",
      title: t.page.checksum,
      render: ({ checksum, error }) => (
        <Text size="xs" {...(checksum ? { ff: "monospace", title: checksum } : {})}>
          {checksum?.slice(0, 12) ?? error ?? ABSENT}
        </Text>
      ),
    },
    {
      key: "show",
      title: t.results.title,
      render: ({ runId, status }) =>
        status === "completed" && (
          <Button
            size="compact-xs"
            variant="default"
            disabled={runId === shown}
            onClick={() => setRun(runId === latest ? null : runId)}
          >
            {runId === shown ? t.page.shown : t.page.show}
          </Button>
        ),
    },
  ];
  return (
    <Panel title={t.page.runs}>
      <Loaded query={total === undefined ? count : page}>
        {(data) => (
          <DataTable
            label={t.page.runs}
            columns={columns}
            rows={data.runs.toReversed()}
            keyOf={({ runId }) => runId}
            paging={{ number, size: PAGE_SIZE, total: data.total, onChange: setNumber }}
          />
        )}
      </Loaded>
    </Panel>
  );
}
