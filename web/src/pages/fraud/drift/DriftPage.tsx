/** Drift: how far the features of a model are from its baseline, the quality of its data, and the frozen baselines. */
import { Alert, Select, Skeleton, Stack, Text } from "@mantine/core";
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { Freshness } from "@/components/Freshness";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { useUrlState } from "@/components/useUrlState";
import { formatNumber } from "@/format/numbers";
import { formatDay, type Window } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { may } from "@/session/session";
import { text as t } from "@/text/fraud";
import { FraudToolbar } from "../parts/FraudToolbar";
import { type RangeQuery, useFraudRange } from "../parts/useFraudRange";
import { BaselinesPanel } from "./BaselinesPanel";
import { baselineSentence, chosen, FEWEST } from "./drift";
import { FeaturePanels } from "./FeaturePanels";
import { FeatureTable } from "./FeatureTable";
import { QualityPanel } from "./QualityPanel";

type Drift = Result<"/api/v1/analytics/drift">;
/** Short, because without a frozen baseline the equally long range before it is the baseline. */
const WINDOW: Window = "7d";

export function Component() {
  const range = useFraudRange(WINDOW);
  const [modelVersion, setModel] = useUrlState("model", "", ["feature"]);
  const query = useApi("/api/v1/analytics/drift", { query: { ...range, modelVersion }, keep: true });
  const { data } = query;
  return (
    <Page
      title={t.drift.title}
      description={t.drift.description}
      actions={data && <Freshness at={data.dataFreshness} provisional={data.provisional} />}
    >
      <FraudToolbar initial={WINDOW}>
        <Models range={range} value={modelVersion} onChange={setModel} />
      </FraudToolbar>
      <Loaded query={query} skeleton={<Skeleton h={320} />}>
        {(drift) =>
          drift.decisions === 0 ? (
            <EmptyState title={t.drift.empty} hint={t.drift.emptyHint} />
          ) : (
            <Content drift={drift} />
          )
        }
      </Loaded>
      <QualityPanel range={range} modelVersion={modelVersion} />
      <BaselinesPanel modelVersion={data?.modelVersion ?? null} mayCreate={may("admin")} />
    </Page>
  );
}

type ModelsProps = { range: RangeQuery; value: string; onChange: (value: string | null) => void };

/** The versions that decided something in the range. */
function Models({ range, value, onChange }: ModelsProps) {
  const { data } = useApi("/api/v1/analytics/cohorts", {
    query: { ...range, dimension: "model_version", minCount: 1 },
    keep: true,
  });
  const known = (data?.cohorts ?? []).map(({ name }) => name);
  const names = value === "" || known.includes(value) ? known : [value, ...known];
  return (
    <Select
      size="xs"
      w={210}
      aria-label={t.drift.model}
      placeholder={t.drift.mostDecisions}
      data={names}
      value={value === "" ? null : value}
      onChange={onChange}
      clearable
    />
  );
}

function Content({ drift }: { drift: Drift }) {
  const { timeZone } = usePreferences();
  const [name, setName] = useUrlState("feature", "");
  const feature = chosen(drift.driftMetrics, name);
  const day = (at: string) => formatDay(at, timeZone);
  return (
    <Stack gap="md">
      <Text size="sm">
        {t.drift.judged(drift.modelVersion ?? t.drift.noModel, formatNumber(drift.decisions))}{" "}
        {baselineSentence(drift.baseline, day)}
      </Text>
      <Warning drift={drift} />
      <FeatureTable
        metrics={drift.driftMetrics}
        selected={feature?.featureName ?? ""}
        onSelect={(selected) => setName(selected)}
      />
      {feature && <FeaturePanels metric={feature} />}
    </Stack>
  );
}

/** Why nothing can be judged, if nothing can. */
function Warning({ drift: { driftMetrics } }: { drift: Drift }) {
  const [first] = driftMetrics;
  if (first?.insufficientData !== true) return null;
  const isWithout = first.baselineCount === 0;
  return (
    <Alert color="yellow" title={isWithout ? t.drift.noBaseline : t.drift.few}>
      {isWithout ? t.drift.noBaselineHint : t.drift.fewHint(FEWEST)}
    </Alert>
  );
}
