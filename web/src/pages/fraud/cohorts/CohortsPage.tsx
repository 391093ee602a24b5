/** The cohorts of a dimension, with intervals and differences from the rest; some can be selected and compared. */
import { Button, Group, NumberInput, Select, Skeleton, Text } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Link } from "react-router";
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { ExportButton } from "@/components/ExportButton";
import { Freshness } from "@/components/Freshness";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { useUrlState } from "@/components/useUrlState";
import { kpiLabel } from "@/format/kpis";
import { formatNumber } from "@/format/numbers";
import { may } from "@/session/session";
import { DIMENSIONS, isDimension } from "@/format/dimensions";
import { dimensions } from "@/text/dimensions";
import { text as t } from "@/text/fraud";
import { FraudToolbar } from "../parts/FraudToolbar";
import { useFraudRange } from "../parts/useFraudRange";
import { FEWEST_COMPARED, isRate, MOST_COMPARED, RATES } from "./cohorts";
import { CohortTable } from "./CohortTable";
import { type Selection, useSelection } from "./useSelection";

type Analysis = Result<"/api/v1/analytics/cohorts">;
const USUAL_LEAST = "100";

export function Component() {
  const range = useFraudRange();
  const selection = useSelection();
  const [dimension, setDimension] = useUrlState("dimension", "merchant");
  const [least, setLeast] = useUrlState("minCount", USUAL_LEAST);
  const filters = {
    ...range,
    dimension: isDimension(dimension) ? dimension : "merchant",
    minCount: Number(least) >= 1 ? Math.trunc(Number(least)) : Number(USUAL_LEAST),
  };
  const query = useApi("/api/v1/analytics/cohorts", { query: filters, keep: true });
  return (
    <Page
      title={t.cohorts.title}
      description={t.cohorts.description}
      actions={
        <>
          {query.data && (
            <Freshness at={query.data.dataFreshness} provisional={query.data.overall.maturity.provisional} />
          )}
          {may("export:run") && (
            <ExportButton dataType="cohorts" filters={filters} includeCharts label={t.exports.cohorts} />
          )}
        </>
      }
    >
      <FraudToolbar>
        <Select
          size="xs"
          w={150}
          aria-label={t.cohorts.dimension}
          data={DIMENSIONS.map((value) => ({ value, label: dimensions[value] }))}
          value={filters.dimension}
          onChange={setDimension}
          allowDeselect={false}
        />
        <Least value={filters.minCount} onChange={setLeast} />
      </FraudToolbar>
      <Selected {...selection} />
      <Loaded query={query} skeleton={<Skeleton h={320} />}>
        {(data) => <Cohorts data={data} selection={selection} />}
      </Loaded>
    </Page>
  );
}

function Least({ value, onChange }: { value: number; onChange: (value: string) => void }) {
  const later = useDebouncedCallback(onChange, 500);
  return (
    <NumberInput
      size="xs"
      w={150}
      aria-label={t.cohorts.minCount}
      title={t.cohorts.minCountHint}
      prefix="≥ "
      suffix=" decisions"
      min={1}
      max={999_999_999}
      allowDecimal={false}
      allowNegative={false}
      value={value}
      onChange={(changed) => later(String(changed))}
    />
  );
}

function Selected({ ids, clear }: Selection) {
  const count = ids.length;
  if (count === 0) return null;
  const isPossible = count >= FEWEST_COMPARED && count <= MOST_COMPARED;
  return (
    <Group gap="sm" role="status">
      <Text size="sm">{t.cohorts.selected(count)}</Text>
      {isPossible ? (
        <Button component={Link} to={`/fraud/cohorts/compare?ids=${encodeURIComponent(ids.join(","))}`}>
          {t.cohorts.compare(count)}
        </Button>
      ) : (
        <Text size="sm" c="dimmed">
          {t.cohorts.compareHint}
        </Text>
      )}
      <Button variant="default" onClick={clear}>
        {t.cohorts.clear}
      </Button>
    </Group>
  );
}

function Cohorts({ data, selection }: { data: Analysis; selection: Selection }) {
  const [chosen, setRate] = useUrlState("rate", "fraudRate");
  const rate = isRate(chosen) ? chosen : "fraudRate";
  const { suppressed } = data;
  return (
    <Panel
      title={t.cohorts.list(dimensions[data.dimension])}
      aside={
        <Select
          size="xs"
          w={150}
          aria-label={t.cohorts.rate}
          data={RATES.map((value) => ({ value, label: kpiLabel(value) }))}
          value={rate}
          onChange={setRate}
          allowDeselect={false}
        />
      }
    >
      {data.cohorts.length === 0 ? (
        <EmptyState title={t.cohorts.empty} hint={t.cohorts.emptyHint} />
      ) : (
        <CohortTable data={data} rate={rate} selection={selection} />
      )}
      {suppressed.cohorts > 0 && (
        <Text size="sm" c="dimmed" mt="xs">
          {t.cohorts.suppressed(
            formatNumber(suppressed.cohorts),
            formatNumber(suppressed.count),
            data.minCount,
          )}
        </Text>
      )}
    </Panel>
  );
}
