/** Describes an experiment. The API checks it; every mistake is shown at its field, and what was typed is kept. */
import { Button, Group, Stack } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { BasicsFields } from "./BasicsFields";
import { ExperimentFormProvider, useExperimentForm } from "./form";
import { fieldOf, jsonErrors, type Values } from "./formValues";
import { MetricFields } from "./MetricFields";
import { EndField, ScheduleFields } from "./ScheduleFields";
import { VariantFields } from "./VariantFields";
import { type ApiError, toApiError } from "@/api/errors";
import { placeErrors } from "@/components/form/apiErrors";
import { FormError } from "@/components/form/FormError";
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
  const [failure, setFailure] = useState<ApiError | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (values: Values) => {
    setBusy(true);
    setFailure(null);
    form.clearErrors();
    try {
      await onSubmit(values);
    } catch (error) {
      const { errors, rest } = placeErrors(toApiError(error), fieldOf);
      form.setErrors({ ...errors, ...jsonErrors(values) });
      setFailure(rest);
    } finally {
      setBusy(false);
    }
  };

  return (
    <ExperimentFormProvider form={form}>
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
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
