/** The rules: what each watches, when it fires, and whether it is evaluated. */
import { Box, Button, Group, Skeleton, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { Link } from "react-router";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { Panel } from "@/components/Panel";
import { useUrlState } from "@/components/useUrlState";
import { may } from "@/session/session";
import { text as t } from "@/text/alertRules";
import type { Rule } from "../ruleForm";
import { subjectLabel } from "../subjects";
import { RuleRow } from "./RuleRow";

export function Component() {
  const [sought, setSought] = useUrlState("q", "");
  const rules = useApi("/api/v1/alerts/rules");
  return (
    <Page title={t.title} description={t.description} actions={may("alerts:write") && <NewRule />}>
      <TextInput
        size="xs"
        maw={320}
        aria-label={t.filter}
        placeholder={t.filter}
        leftSection={<IconSearch size={14} aria-hidden />}
        value={sought}
        onChange={(event) => setSought(event.currentTarget.value)}
      />
      <Panel title={t.table.label}>
        <Loaded query={rules} skeleton={<Rows />}>
          {({ rules: all }) => {
            const found = all.filter((rule) => isFound(rule, sought));
            if (all.length === 0) {
              return (
                <EmptyState title={t.empty} hint={t.emptyHint}>
                  {may("alerts:write") && <NewRule />}
                </EmptyState>
              );
            }
            if (found.length === 0) {
              return (
                <EmptyState title={t.nothingFound}>
                  <Button variant="default" onClick={() => setSought(null)}>
                    {t.clearFilter}
                  </Button>
                </EmptyState>
              );
            }
            return (
              <Box component="ul" className="tally-rows" aria-label={t.table.label}>
                {found.map((rule) => (
                  <RuleRow key={rule.rule_id} rule={rule} />
                ))}
              </Box>
            );
          }}
        </Loaded>
      </Panel>
    </Page>
  );
}

function NewRule() {
  return (
    <Button component={Link} to="/alerts/rules/new" leftSection={<IconPlus size={14} aria-hidden />}>
      {t.create}
    </Button>
  );
}

function Rows() {
  return (
    <Stack gap="sm" aria-busy>
      {["a", "b", "c", "d", "e"].map((key) => (
        <Group key={key} wrap="nowrap">
          <Skeleton h={20} w={40} radius="xl" />
          <Skeleton h={34} />
        </Group>
      ))}
    </Stack>
  );
}

function isFound({ name, metric, rule_id }: Rule, sought: string): boolean {
  const words = `${name} ${metric} ${subjectLabel(metric)} ${rule_id}`.toLowerCase();
  return words.includes(sought.trim().toLowerCase());
}
