/** Lists replay scenarios, the newest first. */
import { Anchor, Button, Stack } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import { changesOf, isStatus, isUnderWay, type Scenario, STATUSES } from "./scenarios";
import { StatusBadge } from "./StatusBadge";
import { sliceOf } from "@/api/newestFirst";
import { useApi } from "@/api/queries";
import { type Column, DataTable } from "@/components/DataTable";
import { Loaded } from "@/components/Loaded";
import { NothingListed } from "@/components/NothingListed";
import { Page } from "@/components/Page";
import { StatusFilter } from "@/components/StatusFilter";
import { useUrlPage, useUrlState } from "@/components/useUrlState";
import { ABSENT, formatNumber } from "@/format/numbers";
import { formatDay, formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { may } from "@/session/session";
import { text as t } from "@/text/replay";

const PATH = "/api/v1/analytics/replay/scenarios";
const PAGE_SIZE = 25;
const RESETS = ["page"];
/** Milliseconds between two looks at runs that are under way. */
const EVERY = 30_000;

export function Component() {
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
    every: (data) => (data?.scenarios.some((each) => isUnderWay(each.status)) ? EVERY : false),
  });
  return (
    <Page title={t.title} description={t.description} actions={<New />}>
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
              rows={data.scenarios.toReversed()}
              keyOf={({ id }) => id}
              empty={
                <NothingListed words={t.list} isFiltered={status !== ""} onClear={() => setStatus(null)}>
                  <New />
                </NothingListed>
              }
              paging={{ number, size: PAGE_SIZE, total: data.total, onChange: setNumber }}
            />
          )}
        </Loaded>
      </Stack>
    </Page>
  );
}

function columnsFor(timeZone: string): Column<Scenario>[] {
  return [
    {
      key: "name",
      title: t.list.name,
      render: ({ id, name }) => (
        <Anchor
          component={Link}
          to={`/replay/${id}`}
          size="sm"
          fw={600}
          lineClamp={2}
          maw={380}
          miw={140}
          dir="auto"
        >
          {name}
        </Anchor>
      ),
    },
    { key: "status", title: t.list.status, render: ({ status }) => <StatusBadge status={status} /> },
    {
      key: "window",
      title: t.list.window,
      render: ({ timeWindow }) =>
        `${formatDay(timeWindow.start, timeZone)} – ${formatDay(timeWindow.end, timeZone)}`,
    },
    { key: "changes", title: t.list.changes, render: changesOf },
    {
      key: "decisions",
      title: t.list.decisions,
      isNumber: true,
      render: ({ progress: { total } }) => (total === 0 ? ABSENT : formatNumber(total)),
    },
    { key: "created", title: t.list.created, render: ({ createdAt }) => formatTime(createdAt, timeZone) },
    { key: "by", title: t.list.by, render: ({ createdBy }) => createdBy },
  ];
}

function New() {
  if (!may("replay:run")) return null;
  return (
    <Button component={Link} to="/replay/new" leftSection={<IconPlus size={14} aria-hidden />}>
      {t.new}
    </Button>
  );
}
