/** The confusion matrix: as it is, what is still open in it, and how it has changed. */
import { SegmentedControl, SimpleGrid, Skeleton, Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";
import { Chart } from "@/components/chart/Chart";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Maturity } from "@/components/Maturity";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { useUrlState } from "@/components/useUrlState";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/fraud";
import { FraudToolbar } from "../parts/FraudToolbar";
import { type RangeQuery, useFraudRange } from "../parts/useFraudRange";
import { drawMatrices, type Granularity, usualStep } from "./matrix";
import { Measures } from "./Measures";
import { Quadrants } from "./Quadrants";

type PrecisionRecall = Result<"/api/v1/analytics/metrics/precision-recall">;

export function Component() {
  const range = useFraudRange();
  const query = useApi("/api/v1/analytics/metrics/precision-recall", { query: range, keep: true });
  const { data } = query;
  return (
    <Page
      title={t.matrix.title}
      description={t.matrix.description}
      actions={data && <Maturity maturity={data.maturity} />}
    >
      <FraudToolbar />
      <Loaded query={query} skeleton={<Skeleton h={320} />}>
        {(found) =>
          found.maturity.decisions === 0 ? (
            <EmptyState title={t.matrix.empty} hint={t.matrix.emptyHint} />
          ) : (
            <Content data={found} range={range} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Content({ data, range }: { data: PrecisionRecall; range: RangeQuery }) {
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Panel title={t.matrix.panel} fill>
          <Quadrants matrix={data} maturity={data.maturity} />
        </Panel>
        <Panel title={t.matrix.measures} fill>
          <Measures data={data} />
        </Panel>
      </SimpleGrid>
      <OverTime range={range} />
    </Stack>
  );
}

function OverTime({ range }: { range: RangeQuery }) {
  const { timeZone } = usePreferences();
  const [chosen, setStep] = useUrlState("step", usualStep(range));
  const step: Granularity = chosen in t.matrix.granularities ? (chosen as Granularity) : usualStep(range);
  const query = useApi("/api/v1/analytics/explain/confusion-matrix", {
    query: { ...range, granularity: step },
    keep: true,
  });
  const matrices = query.data?.matrix;
  const drawn = useMemo(() => drawMatrices(matrices ?? [], step, timeZone), [matrices, step, timeZone]);
  return (
    <Panel
      title={t.matrix.overTime}
      aside={
        <SegmentedControl
          size="xs"
          aria-label={t.matrix.granularity}
          data={Object.entries(t.matrix.granularities).map(([value, label]) => ({ value, label }))}
          value={step}
          onChange={setStep}
        />
      }
    >
      <Loaded query={query} skeleton={<Skeleton h={260} />}>
        {() => (
          <>
            <Chart label={t.matrix.overTimeLabel} {...drawn} />
            <Text size="xs" c="dimmed" mt={6}>
              {t.matrix.overTimeHint} {step === "hour" ? "" : t.range.utc}
            </Text>
          </>
        )}
      </Loaded>
    </Panel>
  );
}
