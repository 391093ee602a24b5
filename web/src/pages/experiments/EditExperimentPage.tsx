/** Changes an experiment: all of a draft, else what can still be changed. */
import { Alert, Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { ExperimentForm } from "./ExperimentForm";
import { changeOf, type Values, valuesOf } from "./formValues";
import type { Experiment } from "./moves";
import { toApiError } from "@/api/errors";
import { useApi, useSend } from "@/api/queries";
import { Loaded } from "@/components/Loaded";
import { Page } from "@/components/Page";
import { text as t } from "@/text/experiments";

const PATH = "/api/v1/analytics/experiments/{experiment_id}";

export function Component() {
  const { id = "" } = useParams();
  const experiment = useApi(PATH, {
    path: { experiment_id: id },
    query: { includeResults: "false" },
  });
  return (
    <Loaded query={experiment}>{(data) => <Editor present={data} reread={experiment.refetch} />}</Loaded>
  );
}

/** Changes the version that was read first, until another one is accepted; what is typed stays in any case. */
function Editor({ present, reread }: { present: Experiment; reread: () => Promise<unknown> }) {
  const navigate = useNavigate();
  const [initial] = useState(() => valuesOf(present));
  const [{ id, name, version, status }, accept] = useState(present);
  const isStale = present.version !== version;
  const isDraft = status === "draft";
  const page = `/experiments/${encodeURIComponent(id)}`;
  const change = useSend("put", PATH, ["/api/v1/analytics/experiments"]);

  const submit = async (values: Values) => {
    try {
      await change.mutateAsync({ path: { experiment_id: id }, body: changeOf(values, version, isDraft) });
    } catch (error) {
      if (toApiError(error).status === 409) await reread();
      throw error;
    }
    notifications.show({ message: t.form.saved, color: "green" });
    await navigate(page);
  };

  return (
    <Page title={t.form.editTitle(name)} {...(isDraft ? {} : { description: t.form.fixed })}>
      <ExperimentForm initial={initial} isDraft={isDraft} action={t.form.save} back={page} onSubmit={submit}>
        {isStale && (
          <Stale
            version={present.version}
            onKeep={() => accept(present)}
            onDiscard={() => void navigate(page)}
          />
        )}
      </ExperimentForm>
    </Page>
  );
}

type StaleProps = { version: number; onKeep: () => void; onDiscard: () => void };

function Stale({ version, onKeep, onDiscard }: StaleProps) {
  return (
    <Alert color="yellow" title={t.form.stale} role="alert">
      <Text size="sm" mb="xs">
        {t.form.staleHint(version)}
      </Text>
      <Group gap="xs">
        <Button onClick={onKeep}>{t.form.keep}</Button>
        <Button variant="default" onClick={onDiscard}>
          {t.form.discard}
        </Button>
      </Group>
    </Alert>
  );
}
