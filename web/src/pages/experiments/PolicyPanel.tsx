/** The decision policy in force, and those before it. */
import { Anchor, SimpleGrid, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { Configuration } from "./Configuration";
import type { components } from "@/api/schema.gen";
import { useApi } from "@/api/queries";
import { useNewestFirst } from "@/api/useNewestFirst";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Facts } from "@/components/Facts";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { useUrlPage } from "@/components/useUrlState";
import { ABSENT, formatPercent } from "@/format/numbers";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/experiments";

type Policy = components["schemas"]["DecisionPolicy"];

const PAGE_SIZE = 20;

export function PolicyPanel() {
  const policy = useApi("/api/v1/analytics/policy");
  return (
    <Loaded query={policy}>
      {(data) =>
        data.version === 0 ? (
          <EmptyState title={t.policy.none} hint={t.policy.noneHint} />
        ) : (
          <Stack gap="md">
            <Present policy={data} />
            <History />
          </Stack>
        )
      }
    </Loaded>
  );
}

function Present({ policy }: { policy: Policy }) {
  const { timeZone } = usePreferences();
  const { version, inForceSince, promotedBy, heldBack } = policy;
  return (
    <Panel title={t.policy.title}>
      <Stack gap="sm">
        <Facts
          facts={[
            [t.policy.version, version],
            [t.policy.since, formatTime(inForceSince, timeZone)],
            [t.policy.by, promotedBy ?? ABSENT],
            [t.policy.from, <Origin policy={policy} />],
            [t.policy.heldBack, heldBackOf(policy)],
          ]}
        />
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Configuration label={t.policy.configuration} value={policy.configuration} />
          {heldBack && (
            <Configuration label={t.policy.heldBackConfiguration} value={heldBack.configuration} />
          )}
        </SimpleGrid>
        <Text size="xs" c="dimmed">
          {t.policy.engines}
        </Text>
      </Stack>
    </Panel>
  );
}

function History() {
  const { timeZone } = usePreferences();
  const [number, setNumber] = useUrlPage();
  const { query } = useNewestFirst("/api/v1/analytics/policy/history", number, PAGE_SIZE);
  const columns: Column<Policy>[] = [
    { key: "version", title: t.policy.version, isNumber: true, render: ({ version }) => version },
    { key: "since", title: t.policy.since, render: ({ inForceSince }) => formatTime(inForceSince, timeZone) },
    { key: "from", title: t.policy.from, render: (each) => <Origin policy={each} /> },
    { key: "heldBack", title: t.policy.heldBack, render: heldBackOf },
    { key: "by", title: t.policy.by, render: ({ promotedBy }) => promotedBy ?? ABSENT },
    {
      key: "configuration",
      title: t.policy.configuration,
      render: ({ configuration }) => (
        <Text size="xs" ff="monospace" lineClamp={2}>
          {JSON.stringify(configuration)}
        </Text>
      ),
    },
  ];
  return (
    <Panel title={t.policy.history}>
      <Loaded query={query}>
        {(data) => (
          <DataTable
            label={t.policy.history}
            columns={columns}
            rows={data.versions.toReversed()}
            keyOf={({ version }) => String(version)}
            paging={{ number, size: PAGE_SIZE, total: data.total, onChange: setNumber }}
          />
        )}
      </Loaded>
    </Panel>
  );
}

function Origin({ policy: { experimentId, variantId } }: { policy: Policy }) {
  if (!experimentId) return <>{ABSENT}</>;
  return (
    <>
      <Anchor component={Link} to={`/experiments/${encodeURIComponent(experimentId)}`} size="sm">
        {experimentId}
      </Anchor>
      {variantId && `, ${t.policy.variant(variantId)}`}
    </>
  );
}

function heldBackOf({ heldBack }: Policy): string {
  if (!heldBack) return t.policy.nobody;
  return t.policy.heldBackShare(formatPercent(heldBack.share), heldBack.variantId);
}
