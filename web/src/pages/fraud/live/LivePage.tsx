/** Decisions as they are made: they stream in, can be held, filtered and opened. */
import {
  Alert,
  Button,
  Drawer,
  Group,
  NumberInput,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  Skeleton,
} from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { useUrlState } from "@/components/useUrlState";
import { formatNumber } from "@/format/numbers";
import { LiveBadge } from "@/live/LiveBadge";
import { text as t } from "@/text/fraud";
import { Explanation } from "../decision/Explanation";
import { explanationOf } from "../parts/decisions";
import { DecisionTable } from "../parts/DecisionTable";
import { DayFigures } from "./DayFigures";
import type { Feed, Filters } from "./feed";
import { PipelineStrip } from "./PipelineStrip";
import { type DecisionFeed, useDecisionFeed } from "./useDecisionFeed";

export function Component() {
  const [filters, setFilter] = useFilters();
  const [opened, setOpened] = useUrlState("decision", "");
  const recent = useRecent();
  const live = useDecisionFeed(filters, recent.data?.recentDecisions);
  const { feed, state, dispatch } = live;
  const isPaused = feed.held !== null;
  return (
    <Page
      title={t.live.title}
      description={t.live.description}
      actions={
        <>
          <LiveBadge state={state} />
          <Button
            variant="default"
            leftSection={
              isPaused ? <IconPlayerPlay size={14} aria-hidden /> : <IconPlayerPause size={14} aria-hidden />
            }
            onClick={() => dispatch({ kind: isPaused ? "continue" : "pause" })}
          >
            {isPaused ? t.live.continue : t.live.pause}
          </Button>
        </>
      }
    >
      <DayFigures kpis={feed.kpis} currency={recent.data?.currency} />
      <PipelineStrip changed={feed.health} />
      <Panel
        title={t.live.decisions}
        aside={
          <Text size="xs" c="dimmed">
            {t.live.shown(feed.decisions.length)}
          </Text>
        }
      >
        <Stack gap="sm">
          <FilterBar filters={filters} onChange={setFilter} />
          <Notices {...live} />
          <DecisionTable
            decisions={feed.decisions}
            fresh={feed.fresh}
            onOpen={({ decisionId }) => setOpened(decisionId)}
            empty={<Nothing query={recent} />}
          />
        </Stack>
      </Panel>
      <Drawer
        opened={opened !== ""}
        onClose={() => setOpened(null)}
        position="right"
        size="lg"
        title={
          <Text fw={650} className="tally-break">
            {t.explanation.title(opened)}
          </Text>
        }
      >
        {opened !== "" && (
          <Stack gap="sm">
            <Button
              component={Link}
              to={explanationOf(opened)}
              variant="default"
              style={{ alignSelf: "start" }}
            >
              {t.explanation.open}
            </Button>
            <Explanation decisionId={opened} />
          </Stack>
        )}
      </Drawer>
    </Page>
  );
}

/** Instead of decisions: that they are awaited, why there are none, or what to do about it. */
function Nothing({ query }: { query: ReturnType<typeof useRecent> }) {
  return (
    <Loaded query={query} skeleton={<Skeleton h={240} />}>
      {() => <EmptyState title={t.live.empty} hint={t.live.emptyHint} />}
    </Loaded>
  );
}

/** The newest decisions of before; a question that other pages ask, too, so that it is often answered already. */
function useRecent() {
  return useApi("/api/v1/analytics/dashboard", { query: { timeWindow: "30d" } });
}

function useFilters(): [Filters, (name: keyof Filters, value: string | null) => void] {
  const [outcome, setOutcome] = useUrlState("outcome", "");
  const [score, setScore] = useUrlState("minScore", "");
  const [merchant, setMerchant] = useUrlState("merchant", "");
  const minScore = score === "" ? NaN : Number(score);
  const setters = { outcome: setOutcome, minScore: setScore, merchant: setMerchant };
  return [
    {
      outcome: Object.hasOwn(t.outcomes, outcome) ? outcome : "",
      minScore: minScore >= 0 && minScore <= 1 ? minScore : null,
      merchant,
    },
    (name, value) => setters[name](value),
  ];
}

type FilterProps = { filters: Filters; onChange: (name: keyof Filters, value: string | null) => void };

function FilterBar({ filters, onChange }: FilterProps) {
  const [merchant, setMerchant] = useState(filters.merchant);
  const later = useDebouncedCallback(onChange, 500);
  return (
    <Group gap="xs">
      <SegmentedControl
        size="xs"
        aria-label={t.decisions.outcome}
        value={filters.outcome}
        onChange={(value) => onChange("outcome", value)}
        data={[
          { value: "", label: t.live.all },
          ...Object.entries(t.outcomes).map(([value, label]) => ({ value, label })),
        ]}
      />
      <NumberInput
        size="xs"
        w={150}
        aria-label={t.live.minScore}
        placeholder={t.live.minScore}
        suffix="%"
        min={0}
        max={100}
        step={5}
        value={filters.minScore === null ? "" : Math.round(1e6 * filters.minScore) / 1e4}
        onChange={(value) => later("minScore", value === "" ? null : String(Number(value) / 100))}
      />
      <TextInput
        size="xs"
        w={150}
        aria-label={t.decisions.merchant}
        placeholder={t.decisions.merchant}
        maxLength={500}
        value={merchant}
        onChange={({ currentTarget }) => {
          setMerchant(currentTarget.value);
          later("merchant", currentTarget.value.trim());
        }}
      />
    </Group>
  );
}

function Notices({ feed, recover }: DecisionFeed) {
  return (
    <>
      {feed.problem !== null && <Alert color="red">{feed.problem}</Alert>}
      {feed.hasGap && <Alert color="yellow">{t.live.gap}</Alert>}
      {feed.dropped !== null && (
        <Alert color="yellow">
          <Group justify="space-between">
            <Text size="sm">{t.live.dropped(formatNumber(feed.dropped.count))}</Text>
            <Button variant="default" onClick={recover}>
              {t.live.recover}
            </Button>
          </Group>
        </Alert>
      )}
      <Text size="sm" role="status" c="dimmed" {...(feed.held === null ? { hidden: true } : {})}>
        {waitingOf(feed)}
      </Text>
    </>
  );
}

function waitingOf({ held, waiting }: Feed): string {
  return held === null ? "" : t.live.waiting(formatNumber(waiting), waiting);
}
