/** The alerts: which are open, how serious they are, and what is being done about them. */
import { Button, Group, Select, SegmentedControl, Text } from "@mantine/core";
import { Link } from "react-router";
import { AlertDrawer } from "./AlertDrawer";
import { AlertList } from "./AlertList";
import { AlertSummary } from "./AlertSummary";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { useUrlState } from "@/components/useUrlState";
import { text as t } from "@/text/alerts";
import { type AlertStatus, SEVERITIES } from "../Severity";

const OPEN = "open";
const STATUSES: readonly AlertStatus[] = ["active", "acknowledged", "resolved"];
const RESETS = ["limit"];
const FEWEST = 50;
const MOST = 1000;
const EVERY = 30_000;

export function Component() {
  const [status, setStatus] = useUrlState("status", OPEN, RESETS);
  const [severity, setSeverity] = useUrlState("severity", "", RESETS);
  const [ruleId, setRuleId] = useUrlState("rule", "", RESETS);
  const [limit, setLimit] = useUrlState("limit", String(FEWEST));
  const rules = useApi("/api/v1/alerts/rules");
  const alerts = useApi("/api/v1/alerts", {
    query: {
      status: STATUSES.find((each) => each === status),
      severity: SEVERITIES.find((each) => each === severity),
      rule_id: ruleId,
      limit: Math.min(MOST, Math.max(FEWEST, Number(limit) || FEWEST)),
    },
    every: EVERY,
    keep: true,
  });
  const isFiltered = status !== OPEN || severity !== "" || ruleId !== "";

  return (
    <Page title={t.title} description={t.description}>
      <Group gap="sm">
        <SegmentedControl
          size="xs"
          aria-label={t.filters.status}
          value={status}
          onChange={setStatus}
          data={[
            { value: OPEN, label: t.filters.open },
            ...STATUSES.map((value) => ({ value, label: t.statuses[value] })),
          ]}
        />
        <Select
          size="xs"
          w={150}
          aria-label={t.filters.severity}
          placeholder={t.filters.anySeverity}
          value={SEVERITIES.find((each) => each === severity) ?? null}
          onChange={setSeverity}
          clearable
          data={SEVERITIES.map((value) => ({ value, label: t.severities[value] }))}
        />
        <RuleFilter ruleId={ruleId} onChange={setRuleId} rules={rules.data?.rules ?? []} />
      </Group>
      <Loaded query={alerts}>
        {({ alerts: found, summary }) => (
          <>
            <Panel title={t.table.label} aside={<AlertSummary summary={summary} />}>
              <AlertList
                alerts={found}
                rules={rules.data?.rules ?? []}
                empty={<NoAlerts isFiltered={isFiltered} />}
              />
              {found.length < summary.total && found.length < MOST && (
                <Group justify="center" mt="sm">
                  <Text size="xs" c="dimmed">
                    {t.more(found.length, summary.total)}
                  </Text>
                  <Button
                    variant="default"
                    loading={alerts.isFetching}
                    onClick={() => setLimit(String(Math.min(MOST, 2 * found.length)))}
                  >
                    {t.showMore}
                  </Button>
                </Group>
              )}
            </Panel>
            <AlertDrawer alerts={found} rules={rules.data?.rules ?? []} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

type RuleFilterProps = {
  ruleId: string;
  onChange: (ruleId: string | null) => void;
  rules: readonly { rule_id: string; name: string }[];
};

/** A rule that was deleted can be chosen by a link, because its alerts remain. */
function RuleFilter({ ruleId, onChange, rules }: RuleFilterProps) {
  const isUnknown = ruleId !== "" && !rules.some(({ rule_id }) => rule_id === ruleId);
  return (
    <Select
      size="xs"
      w={260}
      aria-label={t.filters.rule}
      placeholder={t.filters.anyRule}
      value={ruleId === "" ? null : ruleId}
      onChange={onChange}
      clearable
      searchable
      data={[
        ...rules.map(({ rule_id, name }) => ({ value: rule_id, label: name })),
        ...(isUnknown ? [{ value: ruleId, label: t.filters.unknownRule(ruleId) }] : []),
      ]}
    />
  );
}

function NoAlerts({ isFiltered }: { isFiltered: boolean }) {
  return (
    <EmptyState title={isFiltered ? t.noneOf : t.none} hint={isFiltered ? t.noneOfHint : t.noneHint}>
      <Group>
        {isFiltered && (
          <Button variant="default" component={Link} to="/alerts">
            {t.clearFilters}
          </Button>
        )}
        <Button variant="default" component={Link} to="/alerts/rules">
          {t.rules}
        </Button>
      </Group>
    </EmptyState>
  );
}
