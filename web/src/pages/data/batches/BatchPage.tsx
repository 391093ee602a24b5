/** One batch or file: its progress, what became of its records, and every error of every rejected row. */
import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Link, useParams } from "react-router";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/data";
import { nameOfType } from "../parts/dataTypes";
import { BatchActions } from "./BatchActions";
import { BatchProgress } from "./BatchProgress";
import { BatchStatus } from "./BatchStatus";
import { ErrorKinds } from "./ErrorKinds";
import { OutcomeBar } from "./OutcomeBar";
import { RowErrors } from "./RowErrors";
import { useBatch } from "./useBatch";

export function Component() {
  const { batchId = "" } = useParams();
  const { timeZone } = usePreferences();
  const batch = useBatch(batchId);
  const found = batch.data;
  return (
    <Page
      title={found ? t.batches.of(nameOfType(found.data_type), found.source_id) : t.batches.one}
      description={
        <Group gap="sm">
          <Text size="xs" ff="monospace" className="tally-break">
            {batchId}
          </Text>
          {found && <BatchStatus status={found.status} percentage={found.progress.progress_percentage} />}
          {found && <Text size="xs">{t.batches.receivedAt(formatTime(found.started_at, timeZone))}</Text>}
          {found?.completed_at && (
            <Text size="xs">{t.batches.completedAt(formatTime(found.completed_at, timeZone))}</Text>
          )}
        </Group>
      }
      actions={found && <BatchActions batch={found} />}
    >
      <Loaded query={batch}>
        {(data) => (
          <Stack gap="md">
            {data.status === "processing" && (
              <Panel title={t.batches.progress}>
                <BatchProgress batch={data} />
              </Panel>
            )}
            <Panel
              title={t.batches.outcome}
              aside={
                data.outcome.quarantined > data.outcome.dropped && (
                  <Anchor
                    component={Link}
                    size="sm"
                    to={`/data/quarantine?source=${data.source_id}&type=${data.data_type}&window=90d`}
                  >
                    {t.batches.repair}
                  </Anchor>
                )
              }
            >
              <OutcomeBar outcome={data.outcome} />
              {data.outcome.dropped > 0 && (
                <Text size="sm" c="dimmed" mt="xs">
                  {t.batches.dropped(data.outcome.dropped)}
                </Text>
              )}
            </Panel>
            {data.errors && data.errors.length > 0 && (
              <Panel title={t.batches.errorKinds}>
                <ErrorKinds errors={data.errors} />
              </Panel>
            )}
            {data.outcome.quarantined > data.outcome.dropped && (
              <Panel title={t.batches.rowErrors}>
                <RowErrors batchId={batchId} />
              </Panel>
            )}
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}
