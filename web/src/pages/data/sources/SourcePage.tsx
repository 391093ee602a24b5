/** One source: its state, what it delivered by data type, its quality, and its configuration. */
import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconAlertTriangle, IconTrash, IconUpload } from "@tabler/icons-react";
import { Link, useNavigate, useParams } from "react-router";
import { useApi, useSend } from "@/api/queries";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Freshness } from "@/components/Freshness";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { may } from "@/session/session";
import { text } from "@/text";
import { text as t } from "@/text/data";
import { readConfiguration } from "./configuration";
import { DeliveredTypes } from "./DeliveredTypes";
import { SourceForm } from "./SourceForm";
import { SourceStatus } from "./SourceStatus";

const PATH = "/api/v1/ingest/sources";

export function Component() {
  const { sourceId = "" } = useParams();
  const source = useApi(`${PATH}/{source_id}`, { path: { source_id: sourceId } });
  const { configured, delivered, faults } = readConfiguration(source.data?.configuration ?? {});
  const mayChange = may("ingest:write");
  return (
    <Page
      title={source.data?.name ?? sourceId}
      description={
        <Group gap="sm">
          <Text size="xs" ff="monospace">
            {sourceId}
          </Text>
          {source.data && <SourceStatus status={source.data.status} />}
          {source.data && <Freshness at={source.data.last_ingestion} />}
        </Group>
      }
      actions={mayChange && source.data !== undefined && <Actions sourceId={sourceId} />}
    >
      <Loaded query={source}>
        {() => (
          <Stack gap="md">
            {Object.keys(faults).length > 0 && <Faults faults={faults} />}
            <Panel title={t.sources.deliveredTitle}>
              <DeliveredTypes sourceId={sourceId} delivered={delivered} />
            </Panel>
            <Panel title={t.sources.configuration}>
              <SourceForm
                key={source.dataUpdatedAt}
                sourceId={sourceId}
                configured={configured}
                types={Object.keys(delivered)}
                isReadOnly={!mayChange}
              />
            </Panel>
          </Stack>
        )}
      </Loaded>
    </Page>
  );
}

function Faults({ faults }: { faults: Record<string, string> }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} aria-hidden />} title={t.sources.faults}>
      <List size="sm">
        {Object.entries(faults).map(([path, reason]) => (
          <List.Item key={path} className="tally-break">
            <b>{path}</b> {reason}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function Actions({ sourceId }: { sourceId: string }) {
  const navigate = useNavigate();
  const remove = useSend("delete", `${PATH}/{source_id}`, [PATH]);
  const ask = () =>
    modals.openConfirmModal({
      title: t.sources.deleteTitle(sourceId),
      children: <Text size="sm">{t.sources.deleteHint}</Text>,
      labels: { confirm: t.sources.delete, cancel: text.actions.cancel },
      confirmProps: { color: "red" },
      onConfirm: () =>
        remove.mutate({ path: { source_id: sourceId } }, { onSuccess: () => void navigate("/data/sources") }),
    });
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="xs">
        <Button
          component={Link}
          to={`/data/import?source=${sourceId}`}
          variant="default"
          leftSection={<IconUpload size={14} aria-hidden />}
        >
          {t.actions.import}
        </Button>
        <Button
          variant="default"
          color="red"
          leftSection={<IconTrash size={14} aria-hidden />}
          loading={remove.isPending}
          onClick={ask}
        >
          {t.sources.delete}
        </Button>
      </Group>
      {remove.error && <ErrorNotice error={remove.error} />}
    </Stack>
  );
}
