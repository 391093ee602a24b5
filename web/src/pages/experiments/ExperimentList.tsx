/** The experiments, the newest first, filtered by status. */
import { Anchor, Button, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { type Experiment, isStatus, STATUSES } from "./moves";
import { StatusBadge } from "./StatusBadge";
import { sliceOf } from "@/api/newestFirst";
import { useApi } from "@/api/queries";
import { type Column, DataTable } from "@/components/DataTable";
import { Loaded } from "@/components/Loaded";
import { NothingListed } from "@/components/NothingListed";
import { StatusFilter } from "@/components/StatusFilter";
import { useUrlPage, useUrlState } from "@/components/useUrlState";
import { kpiLabel } from "@/format/kpis";
import { formatDay, formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { may } from "@/session/session";
import { text as t } from "@/text/experiments";

const PATH = "/api/v1/analytics/experiments";
const PAGE_SIZE = 25;
const RESETS = ["page"];

export function ExperimentList() {
  const { timeZone } = usePreferences();
  const [status, setStatus] = useUrlState("status", "", RESETS);
  const [number, setNumber] = useUrlPage();
  const filter = isStatus(status) ? { status } : {};
  const count = useApi(PATH, { query: { ...filter, limit: 1 } });
  const total = count.data?.total;
  const page = useApi(PATH, {
    query: { ...filter, ...sliceOf(number, PAGE_SIZE, total ?? 0) },
    enabled: total !== undefined,
    keep: true,
  });
  return (
    <Stack gap="sm">
      <StatusFilter
        label={t.list.filter}
        all={t.list.all}
        names={t.statuses}
        statuses={STATUSES}
        value={status}
        onChange={setStatus}
      />
      <Loaded query={total === undefined ? count : page}>
        {(data) => (
          <DataTable
            label={t.list.label}
            columns={columnsFor(timeZone)}
            rows={data.experiments.toReversed()}
            keyOf={({ id }) => id}
            empty={
              <NothingListed words={t.list} isFiltered={status !== ""} onClear={() => setStatus(null)}>
                {may("experiments:write") && (
                  <Button component={Link} to="/experiments/new">
                    {t.new}
                  </Button>
                )}
              </NothingListed>
            }
            paging={{ number, size: PAGE_SIZE, total: data.total, onChange: setNumber }}
          />
        )}
      </Loaded>
    </Stack>
  );
}

function columnsFor(timeZone: string): Column<Experiment>[] {
  return [
    { key: "name", title: t.list.name, render: (each) => <Name experiment={each} /> },
    { key: "status", title: t.list.status, render: ({ status }) => <StatusBadge status={status} /> },
    { key: "metric", title: t.list.metric, render: ({ primaryMetric }) => kpiLabel(primaryMetric) },
    { key: "variants", title: t.list.variants, isNumber: true, render: ({ variants }) => variants.length },
    { key: "started", title: t.list.started, render: ({ startDate }) => formatDay(startDate, timeZone) },
    { key: "changed", title: t.list.changed, render: ({ updatedAt }) => formatTime(updatedAt, timeZone) },
    { key: "by", title: t.list.by, render: ({ createdBy }) => createdBy },
  ];
}

function Name({ experiment: { id, name } }: { experiment: Experiment }) {
  return (
    <Stack gap={0} maw={420} miw={160}>
      <Anchor
        component={Link}
        to={`/experiments/${encodeURIComponent(id)}`}
        size="sm"
        fw={600}
        lineClamp={2}
        dir="auto"
      >
        {name}
      </Anchor>
      <Text size="xs" c="dimmed" truncate>
        {id}
      </Text>
    </Stack>
  );
}
