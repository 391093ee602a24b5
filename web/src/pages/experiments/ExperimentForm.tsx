/** Describes an experiment. The API checks it; every mistake is shown at its field, and what was typed is kept. */
import { Button, Group, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { BasicsFields } from "./BasicsFields";
import { ExperimentFormProvider, useExperimentForm } from "./form";
import { fieldOf, jsonErrors, type Values } from "./formValues";
import { MetricFields } from "./MetricFields";
import { EndField, ScheduleFields } from "./ScheduleFields";
import { VariantFields } from "./VariantFields";
import { FormError } from "@/components/form/FormError";
import { useSubmit } from "@/components/form/useSubmit";
import { Panel } from "@/components/Panel";
import { text } from "@/text";
import { text as t } from "@/text/experiments";

type Props = {
  initial: Values;
  /** Whether the id can be chosen, and whether all fields can be changed. */
  hasId?: boolean;
  isDraft?: boolean;
  action: string;
  /** Where Cancel leads. */
  back: string;
  onSubmit: (values: Values) => Promise<unknown>;
  /** What to show above the buttons, e.g. that somebody else has saved meanwhile. */
  children?: ReactNode;
};

export function ExperimentForm({
  initial,
  hasId = false,
  isDraft = true,
  action,
  back,
  onSubmit,
  children,
}: Props) {
  const form = useExperimentForm({ initialValues: initial });
  const { submit, isBusy, failure } = useSubmit(form, {
    fieldOf,
    others: () => jsonErrors(form.getValues()),
  });

  return (
    <ExperimentFormProvider form={form}>
      <form onSubmit={form.onSubmit((values) => void submit(() => onSubmit(values)))} noValidate>
        <Stack gap="md" maw={900}>
          <FormError error={failure} hasFields={Object.keys(form.errors).length > 0} />
          <Panel title={t.form.basics}>
            <BasicsFields hasId={hasId} isDraft={isDraft} />
          </Panel>
          {isDraft ? (
            <>
              <Panel title={t.form.variants} hint={t.form.variantsHint}>
                <VariantFields />
              </Panel>
              <Panel title={t.form.metrics}>
                <MetricFields />
              </Panel>
              <Panel title={t.form.schedule}>
                <ScheduleFields />
              </Panel>
            </>
          ) : (
            <Panel title={t.form.schedule}>
              <EndField />
            </Panel>
          )}
          {children}
          <Group>
            <Button type="submit" size="sm" loading={isBusy}>
              {action}
            </Button>
            <Button variant="default" size="sm" component={Link} to={back}>
              {text.actions.cancel}
            </Button>
          </Group>
        </Stack>
      </form>
    </ExperimentFormProvider>
  );
}
