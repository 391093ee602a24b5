/** The registered thresholds of the decision engine's rule versions. */
import { ActionIcon, Button } from "@mantine/core";
import { IconPencil, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useApi } from "@/api/queries";
import type { components } from "@/api/schema.gen";
import { type Column, DataTable } from "@/components/DataTable";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Moment } from "@/components/Moment";
import { Panel } from "@/components/Panel";
import { formatNumber } from "@/format/numbers";
import { may } from "@/session/session";
import { text as t } from "@/text/admin";
import { ThresholdsModal } from "./ThresholdsModal";

export type Registered = components["schemas"]["RuleThresholds"];

const MOST = 1000;
const DIGITS = 6;

export function RuleThresholds() {
  const [edited, setEdited] = useState<Registered | "new" | null>(null);
  const rules = useApi("/api/v1/analytics/policy/rules", { query: { limit: MOST } });
  const columns: Column<Registered>[] = [
    { key: "rule", title: t.policy.ruleVersion, render: ({ ruleVersion }) => <bdi>{ruleVersion}</bdi> },
    {
      key: "decline",
      title: t.policy.decline,
      isNumber: true,
      render: ({ thresholds }) => formatNumber(thresholds.fraud_threshold, DIGITS),
    },
    {
      key: "review",
      title: t.policy.reviewFrom,
      isNumber: true,
      render: ({ thresholds }) => formatNumber(thresholds.review_threshold, DIGITS),
    },
    { key: "at", title: t.policy.registered, render: ({ registeredAt }) => <Moment at={registeredAt} /> },
    { key: "by", title: t.policy.by, render: ({ registeredBy }) => registeredBy },
    {
      key: "actions",
      title: "",
      render: (rule) =>
        may("admin") && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t.policy.change(rule.ruleVersion)}
            onClick={() => setEdited(rule)}
          >
            <IconPencil size={16} />
          </ActionIcon>
        ),
    },
  ];
  const register = may("admin") && (
    <Button
      size="xs"
      flex="none"
      leftSection={<IconPlus size={14} aria-hidden />}
      onClick={() => setEdited("new")}
    >
      {t.policy.register}
    </Button>
  );
  return (
    <Panel title={t.policy.rules} hint={t.policy.rulesHint} aside={register}>
      <Loaded query={rules}>
        {(data) => (
          <DataTable
            label={t.policy.rules}
            columns={columns}
            rows={data.rules}
            keyOf={({ ruleVersion }) => ruleVersion}
            empty={<EmptyState title={t.policy.rulesEmpty} hint={t.policy.rulesEmptyHint} />}
          />
        )}
      </Loaded>
      {edited !== null && (
        <ThresholdsModal rule={edited === "new" ? null : edited} onClose={() => setEdited(null)} />
      )}
    </Panel>
  );
}
