/** Why a decision has its score: the way from the base value over the contributions, and the main reasons in words. */
import { Alert, Group, SimpleGrid, Skeleton, Stack, Text } from "@mantine/core";
import { IconArrowDownRight, IconArrowUpRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { Exact } from "@/components/Exact";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { ABSENT, formatPercent } from "@/format/numbers";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text as t } from "@/text/fraud";
import { Explained } from "../parts/Explained";
import { OutcomeBadge } from "../parts/OutcomeBadge";
import { type Attribution, type Explanation as Answer, inUnit, reasons, signed, valueOf } from "./waterfall";
import { WaterfallTable } from "./WaterfallTable";

export function Explanation({ decisionId }: { decisionId: string }) {
  const query = useApi("/api/v1/analytics/explain/{decisionId}", { path: { decisionId } });
  if (query.error?.code === "not_explainable") {
    return <EmptyState title={t.explanation.notExplainable} hint={t.explanation.notExplainableHint} />;
  }
  return (
    <Loaded query={query} skeleton={<Skeleton h={320} />}>
      {(data) => <Content explanation={data} />}
    </Loaded>
  );
}

function Content({ explanation }: { explanation: Answer }) {
  const { baseValue, sum, score, unit, exact, residual, attributions } = explanation;
  return (
    <Stack gap="md">
      <Facts {...explanation} />
      {!exact && (
        <Alert color="yellow" title={t.explanation.inexact}>
          {t.explanation.inexactHint(signed(residual, 6))}
        </Alert>
      )}
      <Panel title={t.explanation.reasons}>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Reasons title={t.explanation.raises} found={reasons(attributions, "up")} />
          <Reasons title={t.explanation.lowers} found={reasons(attributions, "down")} />
        </SimpleGrid>
      </Panel>
      <Panel title={t.explanation.waterfall}>
        <Text size="sm" c="dimmed" mb="xs">
          {exact
            ? `${t.explanation.sentence(inUnit(baseValue ?? 0, unit), inUnit(sum, unit), formatPercent(score))} `
            : ""}
          {t.explanation.units[unit]}
        </Text>
        <WaterfallTable explanation={explanation} />
      </Panel>
    </Stack>
  );
}

function Facts({ score, outcome, modelVersion, timestamp, frozenAt }: Answer) {
  const { timeZone } = usePreferences();
  return (
    <Group gap="xl">
      <Fact label={t.explanation.score}>
        <Text fz={22} fw={650} lh={1.2} data-value>
          <Exact value={score}>{formatPercent(score)}</Exact>
        </Text>
      </Fact>
      <Fact label={t.explanation.outcome}>
        <OutcomeBadge outcome={outcome} />
      </Fact>
      <Fact label={t.explanation.model}>
        <bdi className="tally-break">{modelVersion ?? ABSENT}</bdi>
      </Fact>
      <Fact label={t.explanation.time}>{formatTime(timestamp, timeZone)}</Fact>
      <Fact label={<Explained hint={t.explanation.frozenHint}>{t.explanation.frozen}</Explained>}>
        {formatTime(frozenAt, timeZone)}
      </Fact>
    </Group>
  );
}

function Fact({ label, children }: { label: ReactNode; children: ReactNode }) {
  return (
    <Stack gap={2}>
      <Text size="xs" c="dimmed" component="div">
        {label}
      </Text>
      <Text size="sm" component="div">
        {children}
      </Text>
    </Stack>
  );
}

function Reasons({ title, found }: { title: string; found: readonly Attribution[] }) {
  return (
    <div>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      {found.length === 0 && (
        <Text size="sm" c="dimmed">
          {t.explanation.none}
        </Text>
      )}
      {found.map(({ feature, value, importance, direction }) => {
        const Icon = direction === "up" ? IconArrowUpRight : IconArrowDownRight;
        return (
          <Group key={feature} gap={6} wrap="nowrap">
            <Icon size={16} aria-hidden />
            <Text size="sm" className="tally-break">
              <bdi>{feature}</bdi> = <bdi>{valueOf(value)}</bdi>{" "}
              <Text span c="dimmed">
                {formatPercent(importance)}
              </Text>
            </Text>
          </Group>
        );
      })}
    </div>
  );
}
