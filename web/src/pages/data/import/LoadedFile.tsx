/** A file that was sent: its progress, and then what became of its rows, with the first chart. */
import { Alert, Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { Link } from "react-router";
import { useInvalidate } from "@/api/queries";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { text as t } from "@/text/dataImport";
import { BatchProgress } from "../batches/BatchProgress";
import { ErrorKinds } from "../batches/ErrorKinds";
import { OutcomeBar } from "../batches/OutcomeBar";
import { type BatchDetails, useBatch } from "../batches/useBatch";
import { FirstChart } from "./FirstChart";

type Props = { batchId: string; currency: string | null; onAnother: () => void };

export function LoadedFile({ batchId, currency, onAnother }: Props) {
  const batch = useBatch(batchId);
  useReadAgainWhenDone(batch.data);
  return (
    <Loaded query={batch}>
      {(found) => (
        <Stack gap="md" data-status={found.status}>
          {found.status === "processing" ? (
            <Panel title={t.loaded.loading(found.source_id)}>
              <BatchProgress batch={found} />
              <Text size="sm" c="dimmed" mt="xs">
                {t.loaded.mayLeave}
              </Text>
            </Panel>
          ) : (
            <Done batch={found} currency={currency} />
          )}
          <Group gap="sm">
            {found.status === "completed" && (
              <Button component={Link} to="/dashboards" size="sm">
                {t.loaded.dashboards}
              </Button>
            )}
            {found.outcome.quarantined > 0 && (
              <Button
                component={Link}
                size="sm"
                variant="default"
                to={`/data/quarantine?source=${found.source_id}&type=${found.data_type}`}
              >
                {t.loaded.repair(found.outcome.quarantined)}
              </Button>
            )}
            <Button component={Link} to={`/data/batches/${batchId}`} size="sm" variant="default">
              {t.loaded.details}
            </Button>
            <Button onClick={onAnother} size="sm" variant="default">
              {t.loaded.another}
            </Button>
          </Group>
        </Stack>
      )}
    </Loaded>
  );
}

function Done({ batch, currency }: { batch: BatchDetails; currency: string | null }) {
  const isGood = batch.status === "completed";
  const Icon = isGood ? IconCircleCheck : IconAlertTriangle;
  return (
    <>
      <Alert color={isGood ? "green" : "red"} icon={<Icon size={20} aria-hidden />} role="status">
        <Title order={2} size="h4">
          {t.loaded.titles[batch.status]}
        </Title>
        {!isGood && (
          <Text size="sm" mt={4}>
            {t.loaded.hints[batch.status]}
          </Text>
        )}
      </Alert>
      <Panel title={t.loaded.outcome}>
        <OutcomeBar outcome={batch.outcome} />
      </Panel>
      {batch.errors && batch.errors.length > 0 && (
        <Panel title={t.loaded.errors}>
          <ErrorKinds errors={batch.errors} />
        </Panel>
      )}
      {isGood && batch.event_range != null && (
        <FirstChart type={batch.data_type} range={batch.event_range} currency={currency} />
      )}
    </>
  );
}

/** Answers of before the file was loaded are stale once it is. */
function useReadAgainWhenDone(batch: BatchDetails | undefined): void {
  const invalidate = useInvalidate();
  const seen = useRef<string | undefined>(undefined);
  const status = batch?.status;
  useEffect(() => {
    const wasRunning = seen.current === "processing";
    seen.current = status;
    if (!wasRunning || status === "processing") return;
    void invalidate(
      "/api/v1/ingest/sources",
      "/api/v1/ingest/ledger",
      "/api/v1/ingest/quarantine",
      "/api/v1/data-quality",
      "/api/v1/analytics",
      "/api/v1/dashboards",
    );
  }, [status, invalidate]);
}
