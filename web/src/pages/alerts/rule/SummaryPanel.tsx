/** What the rule in the form does, in plain words. */
import { List } from "@mantine/core";
import { useReportingCurrency } from "@/api/reportingCurrency";
import { Panel } from "@/components/Panel";
import { text as t } from "@/text/ruleSummary";
import type { RuleRequest } from "../ruleForm";
import { summarize } from "../ruleSummary";

export function SummaryPanel({ request }: { request: RuleRequest }) {
  const currency = useReportingCurrency();
  const own = request.filters?.currency?.[0] ?? currency;
  return (
    <Panel title={t.title}>
      <List size="sm" spacing={4} className="tally-break">
        {summarize(request, own).map((sentence) => (
          <List.Item key={sentence}>{sentence}</List.Item>
        ))}
      </List>
    </Panel>
  );
}
