/** A report in a drawer: its issues with what to do about them, and every check of every dimension. */
import { Badge, Code, Drawer, Group, Paper, Stack, Table, Text, Title } from "@mantine/core";
import { formatNumber } from "@/format/numbers";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/data";
import { nameOfType } from "../parts/dataTypes";
import { Score } from "../parts/Score";
import type { Report } from "./Reports";

const SEVERITIES = { high: "red", medium: "yellow", low: "gray" } as const;

export function ReportDetails({ report, onClose }: { report: Report | undefined; onClose: () => void }) {
  return (
    <Drawer
      opened={report !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={report && t.quality.reportOf(nameOfType(report.data_type), report.source_id)}
      closeButtonProps={{ "aria-label": t.quality.close }}
    >
      {report && <Details report={report} />}
    </Drawer>
  );
}

function Details({ report }: { report: Report }) {
  const { timeZone } = usePreferences();
  return (
    <Stack gap="md">
      <Group>
        <Score score={report.quality_score} />
        <Text size="sm" c="dimmed">
          {t.quality.generated(formatNumber(report.rows), formatTime(report.generated_at, timeZone))}
        </Text>
      </Group>
      {report.issues_found.length === 0 && <Text size="sm">{t.quality.noIssuesHint}</Text>}
      {report.issues_found.map((issue) => (
        <Paper key={issue.issue_type} withBorder p="sm">
          <Group justify="space-between" mb={4} wrap="nowrap">
            <Code className="tally-break">{issue.issue_type}</Code>
            <Badge variant="light" color={SEVERITIES[issue.severity]}>
              {t.quality.severities[issue.severity]}
            </Badge>
          </Group>
          <Text size="sm">{t.quality.affected(formatNumber(issue.count))}</Text>
          <Text size="sm" mt={4}>
            {issue.suggested_action}
          </Text>
          {issue.sample_records.map((sample) => (
            <Text key={sample} size="xs" c="dimmed" ff="monospace" className="tally-break" mt={4}>
              {sample}
            </Text>
          ))}
        </Paper>
      ))}
      <Title order={3} size="sm">
        {t.quality.checks}
      </Title>
      <Checks report={report} />
    </Stack>
  );
}

function Checks({ report }: { report: Report }) {
  return (
    <Table fz="sm" aria-label={t.quality.checks}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t.quality.check}</Table.Th>
          <Table.Th className="tally-number">{t.quality.checked}</Table.Th>
          <Table.Th className="tally-number">{t.quality.failed}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {report.dimensions.flatMap(({ dimension, checked, failed, checks }) => [
          <Table.Tr key={dimension} fw={600}>
            <Table.Td>{t.quality.dimensions[dimension]}</Table.Td>
            <Table.Td className="tally-number">{formatNumber(checked)}</Table.Td>
            <Table.Td className="tally-number">{formatNumber(failed)}</Table.Td>
          </Table.Tr>,
          ...checks.map((check) => (
            <Table.Tr key={`${dimension} ${check.name}`}>
              <Table.Td pl="lg" className="tally-break">
                {check.name}
              </Table.Td>
              <Table.Td className="tally-number">{formatNumber(check.checked)}</Table.Td>
              <Table.Td className="tally-number">{formatNumber(check.failed)}</Table.Td>
            </Table.Tr>
          )),
        ])}
      </Table.Tbody>
    </Table>
  );
}
