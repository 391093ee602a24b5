/** The frozen baselines; administrators can freeze another one. */
import { Button, Modal, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useApi } from "@/api/queries";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { useUrlPage } from "@/components/useUrlState";
import { ABSENT, formatNumber } from "@/format/numbers";
import { formatDay, formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/fraud";
import { BaselineForm } from "./BaselineForm";
import type { Baseline } from "./drift";

const SIZE = 20;

export function BaselinesPanel({
  modelVersion,
  mayCreate,
}: {
  modelVersion: string | null;
  mayCreate: boolean;
}) {
  const { timeZone } = usePreferences();
  const [number, setNumber] = useUrlPage();
  const [isOpen, { open, close }] = useDisclosure();
  const query = useApi("/api/v1/analytics/drift/baselines", {
    query: { limit: SIZE, offset: SIZE * number },
    keep: true,
  });
  return (
    <Panel
      title={t.baselines.title}
      aside={mayCreate && <Button onClick={open}>{t.baselines.create}</Button>}
    >
      <Loaded query={query} skeleton={<Skeleton h={100} />}>
        {({ baselines, total }) => (
          <Stack gap="xs">
            {total > 0 && (
              <Text size="sm" c="dimmed">
                {t.baselines.intro}
              </Text>
            )}
            <DataTable
              label={t.baselines.title}
              columns={columnsOf(timeZone)}
              rows={baselines}
              keyOf={({ id, version }) => `${id ?? ""} ${version ?? ""}`}
              empty={<EmptyState title={t.baselines.empty} hint={t.baselines.emptyHint} />}
              paging={{ number, size: SIZE, total, onChange: setNumber }}
            />
          </Stack>
        )}
      </Loaded>
      <Modal opened={isOpen} onClose={close} title={t.baselines.create} centered>
        <BaselineForm modelVersion={modelVersion} onDone={close} />
      </Modal>
    </Panel>
  );
}

function columnsOf(timeZone: string): Column<Baseline>[] {
  const day = (at: string) => formatDay(at, timeZone);
  return [
    {
      key: "model",
      title: t.baselines.model,
      render: ({ modelVersion }) => <bdi>{modelVersion ?? ABSENT}</bdi>,
    },
    {
      key: "version",
      title: t.baselines.version,
      isNumber: true,
      render: ({ version }) => formatNumber(version),
    },
    {
      key: "period",
      title: t.baselines.period,
      render: ({ startDate, endDate }) => t.bounds.range(day(startDate), day(endDate)),
    },
    {
      key: "decisions",
      title: t.baselines.decisions,
      isNumber: true,
      render: ({ decisions }) => formatNumber(decisions),
    },
    {
      key: "source",
      title: t.baselines.source,
      render: ({ source, createdAt, createdBy }) =>
        `${createdBy ? t.baselines.by(createdBy) : (t.baselines.sources[source] ?? source)}, ${formatTime(createdAt, timeZone)}`,
    },
  ];
}
