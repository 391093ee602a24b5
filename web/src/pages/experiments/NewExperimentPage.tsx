/** Creates an experiment as a draft. */
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useNavigate } from "react-router";
import { ExperimentForm } from "./ExperimentForm";
import { initialValues, requestOf, type Values } from "./formValues";
import { useSend } from "@/api/queries";
import { Page } from "@/components/Page";
import { text as t } from "@/text/experiments";

export function Component() {
  const navigate = useNavigate();
  const [initial] = useState(initialValues);
  const create = useSend("post", "/api/v1/analytics/experiments", ["/api/v1/analytics/experiments"]);
  const submit = async (values: Values) => {
    const made = await create.mutateAsync({ body: requestOf(values) });
    notifications.show({ message: t.form.created, color: "green" });
    await navigate(`/experiments/${encodeURIComponent(made.id)}`);
  };
  return (
    <Page title={t.form.newTitle} description={t.form.newDescription}>
      <ExperimentForm initial={initial} hasId action={t.form.create} back="/experiments" onSubmit={submit} />
    </Page>
  );
}
