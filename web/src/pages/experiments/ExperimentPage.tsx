/** An experiment: its state, what its decisions say, its design, and its promotion. */
import { Button, Group, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { Link, useParams } from "react-router";
import { DesignPanel } from "./DesignPanel";
import { HistoryPanel } from "./HistoryPanel";
import { MoveButtons } from "./MoveButtons";
import { type Experiment } from "./moves";
import { PromoteButton } from "./PromoteButton";
import { PromotionPanel } from "./PromotionPanel";
import { Results } from "./Results";
import { StatusBadge } from "./StatusBadge";
import { useResults } from "./useResults";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { MomentInput } from "@/components/form/MomentInput";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { useUrlState } from "@/components/useUrlState";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { may } from "@/session/session";
import { text } from "@/text";
import { text as t } from "@/text/experiments";

const PATH = "/api/v1/analytics/experiments/{experiment_id}";

export function Component() {
  const { id = "" } = useParams();
  const experiment = useApi(PATH, { path: { experiment_id: id }, query: { includeResults: "false" } });
  return <Loaded query={experiment}>{(data) => <View experiment={data} />}</Loaded>;
}

function View({ experiment }: { experiment: Experiment }) {
  const { timeZone } = usePreferences();
  const { id, name, status, createdBy, createdAt, version } = experiment;
  const description = (
    <Group gap="xs">
      <StatusBadge status={status} />
      <Text size="sm" c="dimmed" className="tally-break">
        {[id, t.page.version(version), t.page.createdBy(createdBy, formatTime(createdAt, timeZone))].join(
          " · ",
        )}
      </Text>
    </Group>
  );
  return (
    <Page title={name} description={description} actions={<Actions experiment={experiment} />}>
      {experiment.description !== "" && (
        <Text size="sm" className="tally-break" dir="auto" maw={760}>
          {experiment.description}
        </Text>
      )}
      {status === "draft" ? (
        <EmptyState title={t.results.draft} hint={t.results.draftHint} />
      ) : (
        <Found experiment={experiment} />
      )}
      <SimpleGrid cols={{ base: 1, lg: 2 }}>
        <DesignPanel experiment={experiment} />
        <HistoryPanel history={experiment.history} />
      </SimpleGrid>
    </Page>
  );
}

function Actions({ experiment }: { experiment: Experiment }) {
  if (!may("experiments:write")) return null;
  return (
    <>
      <Button
        variant="default"
        component={Link}
        to={`/experiments/${encodeURIComponent(experiment.id)}/edit`}
        leftSection={<IconPencil size={14} aria-hidden />}
      >
        {text.actions.edit}
      </Button>
      <MoveButtons experiment={experiment} />
      <PromoteButton experiment={experiment} />
    </>
  );
}

/** What the decisions say, now or as of the time in the address. */
function Found({ experiment }: { experiment: Experiment }) {
  const [asOf, setAsOf] = useUrlState("asOf", "");
  const found = useResults(experiment, asOf);
  return (
    <Stack gap="md">
      <MomentInput
        label={t.page.asOf}
        description={t.page.asOfHint}
        placeholder={t.page.now}
        value={asOf === "" ? null : asOf}
        onChange={setAsOf}
        latest={new Date().toISOString()}
      />
      <Loaded query={found}>
        {(data) => (
          <Stack gap="md">
            {data.promotion && <PromotionPanel experiment={data} promotion={data.promotion} />}
            {data.results ? (
              <Results experiment={data} results={data.results} />
            ) : (
              <EmptyState title={t.results.none} hint={t.results.noneHint(experiment.id)} />
            )}
          </Stack>
        )}
      </Loaded>
    </Stack>
  );
}
