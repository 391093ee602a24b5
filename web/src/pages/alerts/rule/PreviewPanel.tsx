/** Tries the rule in the form on the past, when asked to. */
import { Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import { useSend } from "@/api/queries";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Panel } from "@/components/Panel";
import { minutesOf } from "@/format/durations";
import { type Range, rangeOf, type Window, WINDOWS } from "@/format/times";
import { may } from "@/session/session";
import { text } from "@/text";
import { text as t } from "@/text/alertPreview";
import type { RuleRequest } from "../ruleForm";
import { hasHistory, parseSubject } from "../subjects";
import { PreviewResult } from "./PreviewResult";

const MOST_WINDOWS = 5000;
const MINUTES_OF_DAY = 1440;
const MINUTES_OF_GRAIN = 5;

type Tried = { rule: RuleRequest; range: Range };

export function PreviewPanel({ request }: { request: RuleRequest }) {
  const [chosen, setWindow] = useState<Window | null>(null);
  const window = chosen ?? windowFor(request);
  const [tried, setTried] = useState<Tried | null>(null);
  const preview = useSend("post", "/api/v1/alerts/rules/preview");
  if (!may("alerts:write")) return null;
  if (!hasHistory(parseSubject(request.metric))) {
    return (
      <Panel title={t.title}>
        <Text size="sm">{t.noHistory}</Text>
      </Panel>
    );
  }
  const run = () => {
    const range = rangeOf(window, "UTC");
    preview.mutate(
      { body: { rule: named(request), time_range: range } },
      { onSuccess: () => setTried({ rule: request, range }) },
    );
  };
  const isChanged = tried !== null && JSON.stringify(tried.rule) !== JSON.stringify(request);
  return (
    <Panel title={t.title}>
      <Stack gap="sm">
        <Text size="xs" c="dimmed">
          {t.hint}
        </Text>
        <Group gap="xs">
          <SegmentedControl
            size="xs"
            aria-label={t.range}
            value={window}
            onChange={setWindow}
            data={(Object.keys(WINDOWS) as Window[]).map((value) => ({ value, label: text.ranges[value] }))}
          />
          <Button
            variant="light"
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            loading={preview.isPending}
            onClick={run}
          >
            {isChanged ? t.runAgain : t.run}
          </Button>
        </Group>
        {isChanged && (
          <Text size="xs" c="dimmed" role="status">
            {t.changed}
          </Text>
        )}
        {preview.error !== null && <ErrorNotice error={preview.error} onRetry={run} />}
        {tried !== null && preview.data !== undefined && <PreviewResult {...tried} found={preview.data} />}
      </Stack>
    </Panel>
  );
}

/** A rule can be tried before it has a name, without which the API takes none. */
function named(request: RuleRequest): RuleRequest {
  return { ...request, name: request.name.trim() || t.unnamed };
}

/** The longest window up to a month that the API judges. */
function windowFor({ evaluate_every }: RuleRequest): Window {
  const windows =
    (WINDOWS["30d"] * MINUTES_OF_DAY) / Math.max(MINUTES_OF_GRAIN, minutesOf(evaluate_every) ?? 1);
  return windows > MOST_WINDOWS ? "7d" : "30d";
}
