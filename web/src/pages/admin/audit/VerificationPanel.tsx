/** Whether the audit log was tampered with: verified on request, with progress. */
import { Alert, Button, List, Progress, Stack, Text } from "@mantine/core";
import { IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Panel } from "@/components/Panel";
import { formatNumber } from "@/format/numbers";
import { text as t } from "@/text/admin";
import { useVerification } from "./useVerification";
import { progressOf, type Verified } from "./verification";

const v = t.audit.verify;

export function VerificationPanel() {
  const { verified, isRunning, error, start, stop } = useVerification();
  const isDone = verified !== null && verified.next === null;
  return (
    <Panel
      title={v.title}
      hint={v.hint}
      aside={
        <Button size="xs" variant="default" onClick={isRunning ? stop : start}>
          {isRunning ? v.stop : verified === null ? v.start : v.again}
        </Button>
      }
    >
      <Stack gap="sm" aria-live="polite">
        {isRunning && <Running verified={verified} />}
        {error !== null && <ErrorNotice error={error} onRetry={start} />}
        {verified !== null && verified.findings.length > 0 && <Touched {...verified} />}
        {isDone && verified.findings.length === 0 && <Intact {...verified} />}
      </Stack>
    </Panel>
  );
}

function Running({ verified }: { verified: Verified | null }) {
  const share = verified === null ? 0 : progressOf(verified);
  return (
    <Stack gap={4}>
      <Progress value={100 * share} aria-label={v.progress} animated />
      <Text size="xs" c="dimmed">
        {verified !== null && words(verified)}
      </Text>
    </Stack>
  );
}

function words({ entries, totalEntries, anchors }: Verified): string {
  if (anchors > 0) return v.anchors(formatNumber(anchors));
  return v.entries(formatNumber(entries), formatNumber(Math.max(entries, totalEntries)));
}

function Intact({ entries, anchors }: Verified) {
  return (
    <Alert color="green" icon={<IconShieldCheck size={18} aria-hidden />} title={v.intact}>
      {v.intactHint(formatNumber(entries), formatNumber(anchors))} {anchors === 0 && v.noAnchor}
    </Alert>
  );
}

function Touched({ findings }: Verified) {
  return (
    <Alert
      color="red"
      icon={<IconShieldX size={18} aria-hidden />}
      title={v.touched(findings.length)}
      role="alert"
    >
      <Stack gap="xs">
        <Text size="sm">{v.touchedHint}</Text>
        <List size="sm" aria-label={v.findings}>
          {findings.map(({ message }) => (
            <List.Item key={message}>{message}</List.Item>
          ))}
        </List>
      </Stack>
    </Alert>
  );
}
