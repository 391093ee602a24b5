/** Data quality: the overall score and its days, and a report for each source and data type. */
import { Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import type { Result } from "@/api/client";
import { useApi } from "@/api/queries";
import { Chart } from "@/components/chart/Chart";
import { linesOverTime } from "@/components/chart/options";
import { EmptyState } from "@/components/EmptyState";
import { Freshness } from "@/components/Freshness";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { useUrlPage, useUrlState } from "@/components/useUrlState";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/data";
import { DeliveryFilters, useDeliveryFilters } from "../parts/DeliveryFilters";
import { Score } from "../parts/Score";
import { ReportDetails } from "./ReportDetails";
import { Reports } from "./Reports";

export type Quality = Result<"/api/v1/data-quality/reports">;

const SIZE = 20;
const RESETS = ["page", "report"];

export function Component() {
  const [page, setPage] = useUrlPage();
  const [sort, setSort] = useUrlState("sort", "quality_score,asc", RESETS);
  const [chosen, setChosen] = useUrlState("report", "");
  const { data_type, ...filters } = useDeliveryFilters();
  const quality = useApi("/api/v1/data-quality/reports", {
    query: { ...filters, data_type, page, size: SIZE, sort },
    keep: true,
    every: 60_000,
  });
  return (
    <Page title={t.quality.title} description={t.quality.description}>
      <DeliveryFilters />
      <Loaded query={quality}>
        {(found) =>
          found.overall_score === null ? (
            <EmptyState title={t.quality.none} hint={t.quality.noneHint} />
          ) : (
            <Stack gap="md">
              <SimpleGrid cols={{ base: 1, md: 2 }}>
                <Panel
                  title={t.quality.overall}
                  aside={<Freshness at={new Date(quality.dataUpdatedAt).toISOString()} />}
                >
                  <Overall quality={found} />
                </Panel>
                <Panel title={t.quality.byDay}>
                  <ByDay daily={found.daily} />
                </Panel>
              </SimpleGrid>
              <Panel title={t.quality.reports}>
                <Reports
                  reports={found.reports}
                  paging={{ number: page, size: SIZE, total: found.totalElements ?? 0, onChange: setPage }}
                  sorting={{ by: sort, onChange: setSort }}
                  onChoose={setChosen}
                />
              </Panel>
              <ReportDetails
                report={found.reports.find(({ report_id }) => report_id === chosen)}
                onClose={() => setChosen(null)}
              />
            </Stack>
          )
        }
      </Loaded>
    </Page>
  );
}

function Overall({ quality }: { quality: Quality }) {
  return (
    <Group gap="lg" align="center">
      <Text fz={40} fw={700} lh={1} data-score={quality.overall_score}>
        {formatNumber(quality.overall_score)}
      </Text>
      <Stack gap={4}>
        <Score score={quality.overall_score} />
        <Text size="sm">{t.quality.trends[quality.trend]}</Text>
      </Stack>
      <Text size="sm" c="dimmed" maw={420}>
        {t.quality.explained}
      </Text>
    </Group>
  );
}

function ByDay({ daily }: { daily: Quality["daily"] }) {
  const drawn = useMemo(() => {
    const points = daily.map(({ day, overall_score }) => [day, overall_score] as const);
    const { option, table } = linesOverTime([{ name: t.quality.overall, points }], {
      format: formatNumber,
      timeZone: "UTC",
    });
    const lowest = Math.min(...daily.map((each) => each.overall_score));
    return { option: { ...option, yAxis: { type: "value", min: lowest < 50 ? 0 : 50, max: 100 } }, table };
  }, [daily]);
  return <Chart label={t.quality.byDay} height={180} {...drawn} />;
}
