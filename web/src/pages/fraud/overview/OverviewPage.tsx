/** The key figures of fraud in a time range: what they are, what they can still become, and what mistakes cost. */
import { Box, SimpleGrid, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useState } from "react";
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { ExportButton } from "@/components/ExportButton";
import { Freshness } from "@/components/Freshness";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { useUrlState } from "@/components/useUrlState";
import { isKpi, KPI_NAMES } from "@/format/kpis";
import { formatNumber } from "@/format/numbers";
import { LiveBadge } from "@/live/LiveBadge";
import { may } from "@/session/session";
import { text as t } from "@/text/fraud";
import { DecisionTable } from "../parts/DecisionTable";
import { FraudToolbar } from "../parts/FraudToolbar";
import { type RangeQuery, useFraudRange } from "../parts/useFraudRange";
import { cardsOf } from "./cards";
import { CostPanel } from "./CostPanel";
import { KpiCard } from "./KpiCard";
import { MaturityPanel } from "./MaturityPanel";
import { QualityPanel } from "./QualityPanel";
import { TrendPanel } from "./TrendPanel";
import { useFraudUpdates } from "./useFraudUpdates";

type Dashboard = Result<"/api/v1/analytics/dashboard">;

export function Component() {
  const range = useFraudRange();
  const [investigationId, setInvestigation] = useUrlState("investigationId", "");
  const state = useFraudUpdates();
  const query = useApi("/api/v1/analytics/dashboard", { query: { ...range, investigationId }, keep: true });
  return (
    <Page
      title={t.overview.title}
      description={t.overview.description}
      actions={
        <>
          {query.data && (
            <Freshness at={query.data.dataFreshness} provisional={query.data.maturity.provisional} />
          )}
          <LiveBadge state={state} />
          {may("export:run") && <Exports range={range} investigationId={investigationId} />}
        </>
      }
    >
      <FraudToolbar>
        <Investigation key={investigationId} value={investigationId} onChange={setInvestigation} />
      </FraudToolbar>
      <Loaded query={query} skeleton={<Skeletons />}>
        {(data) =>
          data.maturity.decisions === 0 ? (
            <EmptyState title={t.overview.empty} hint={t.overview.emptyHint} />
          ) : (
            <Content data={data} range={range} isFiltered={investigationId !== ""} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Exports({ range, investigationId }: { range: RangeQuery; investigationId: string }) {
  return (
    <>
      {investigationId === "" && (
        <ExportButton dataType="metrics" filters={range} includeCharts label={t.exports.metrics} />
      )}
      <ExportButton
        dataType="decisions"
        filters={{ ...range, ...(investigationId === "" ? {} : { investigationId }) }}
        includeCharts
        label={t.exports.decisions}
      />
    </>
  );
}

/** Changes the address once nothing has been typed for a moment. */
function Investigation({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  const change = useDebouncedCallback(onChange, { delay: 500, flushOnUnmount: false });
  return (
    <TextInput
      size="xs"
      w={220}
      aria-label={t.overview.investigation}
      placeholder={t.overview.investigation}
      title={t.overview.investigationHint}
      maxLength={128}
      value={typed}
      onChange={({ currentTarget }) => {
        setTyped(currentTarget.value);
        change(currentTarget.value.trim());
      }}
    />
  );
}

function Content({ data, range, isFiltered }: { data: Dashboard; range: RangeQuery; isFiltered: boolean }) {
  const [chosen, setChosen] = useUrlState("trend", "fraudRate");
  const name = isKpi(chosen) ? chosen : "fraudRate";
  const { horizonDays } = data.maturity;
  return (
    <Stack gap="md">
      <MaturityPanel maturity={data.maturity} />
      <Box component="section" aria-labelledby="key-figures">
        <Title order={2} size="sm" mb={6} id="key-figures">
          {t.overview.kpis}
        </Title>
        <SimpleGrid
          component="ul"
          cols={{ base: 1, xs: 2, md: 3, lg: 4 }}
          spacing="sm"
          m={0}
          p={0}
          style={{ listStyle: "none" }}
        >
          {cardsOf(data).map((card) => (
            <KpiCard
              key={card.name}
              {...card}
              horizonDays={horizonDays}
              currency={data.currency}
              isSelected={card.name === name}
              onSelect={() => setChosen(card.name)}
            />
          ))}
        </SimpleGrid>
        {data.estimated.excluded > 0 && (
          <Text size="xs" c="dimmed" mt={6}>
            {t.estimated.excluded(formatNumber(data.estimated.excluded))}
          </Text>
        )}
      </Box>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <TrendPanel data={data} name={name} onChange={setChosen} />
        <CostPanel data={data} />
      </SimpleGrid>
      <QualityPanel range={range} isFiltered={isFiltered} />
      <Panel title={t.overview.recent}>
        <DecisionTable decisions={data.recentDecisions} horizonDays={horizonDays} />
      </Panel>
    </Stack>
  );
}

function Skeletons() {
  return (
    <Stack gap="md" aria-busy>
      <Skeleton h={120} />
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} spacing="sm">
        {KPI_NAMES.slice(0, 8).map((name) => (
          <Skeleton key={name} h={150} />
        ))}
      </SimpleGrid>
      <Skeleton h={300} />
    </Stack>
  );
}
