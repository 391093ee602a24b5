/** Cohorts side by side, also of different dimensions and ranges; the best and the worst by each key figure. */
import { Button, MultiSelect, Skeleton, Stack } from "@mantine/core";
import { Link } from "react-router";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { useUrlState } from "@/components/useUrlState";
import { isKpi, KPI_NAMES, kpiLabel } from "@/format/kpis";
import { text as t } from "@/text/fraud";
import { FEWEST_COMPARED, idsIn, toggled } from "./cohorts";
import { ComparisonPanels } from "./ComparisonPanels";

const USUAL = "fraudRate,precision,recall,f1Score,approvalRate,chargebackRate,falsePositiveCost,fraudLoss";

export function Component() {
  const [ids, setIds] = useUrlState("ids", "");
  const [metrics, setMetrics] = useUrlState("metrics", USUAL);
  const names = metrics.split(",").filter(isKpi);
  const isEnough = idsIn(ids).length >= FEWEST_COMPARED;
  const query = useApi("/api/v1/analytics/cohorts/compare", {
    query: { cohortIds: idsIn(ids).join(","), metrics: names.join(",") },
    enabled: isEnough,
    keep: true,
  });
  return (
    <Page
      title={t.compare.title}
      description={t.compare.description}
      actions={
        <Button component={Link} to={`/fraud/cohorts?compare=${encodeURIComponent(ids)}`} variant="default">
          {t.compare.toCohorts}
        </Button>
      }
    >
      {isEnough ? (
        <Stack gap="md">
          <MultiSelect
            size="xs"
            maw={720}
            aria-label={t.compare.metrics}
            data={KPI_NAMES.map((value) => ({ value, label: kpiLabel(value) }))}
            value={names}
            onChange={(chosen) => setMetrics(chosen.length === 0 ? null : chosen.join(","))}
          />
          <Loaded query={query} skeleton={<Skeleton h={320} />}>
            {(data) => (
              <ComparisonPanels data={data} names={names} onRemove={(id) => setIds(toggled(ids, id))} />
            )}
          </Loaded>
        </Stack>
      ) : (
        <EmptyState title={t.compare.tooFew} hint={t.compare.tooFewHint} />
      )}
    </Page>
  );
}
