/** The form of a rule, beside what the rule does and would have done. */
import {
  Alert,
  Box,
  Button,
  Grid,
  Group,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from "@mantine/core";
import { type ReactNode, useMemo } from "react";
import { Link } from "react-router";
import { FormError } from "@/components/form/FormError";
import { useSubmit } from "@/components/form/useSubmit";
import { Panel } from "@/components/Panel";
import { may } from "@/session/session";
import { text } from "@/text";
import { text as t } from "@/text/alertRules";
import { text as alerts } from "@/text/alerts";
import { fieldOf, requestOf, type RuleForm, type RuleRequest } from "../ruleForm";
import { SEVERITIES } from "../Severity";
import { ConditionFields } from "./ConditionFields";
import { DataFields } from "./DataFields";
import { RuleFormProvider, useRuleForm, useRuleFormContext } from "./formContext";
import { MetricFields } from "./MetricFields";
import { NotifyFields } from "./NotifyFields";
import { PreviewPanel } from "./PreviewPanel";
import { SummaryPanel } from "./SummaryPanel";
import { TimingFields } from "./TimingFields";

type Props = {
  initial: RuleForm;
  onSave: (request: RuleRequest) => Promise<unknown>;
  /** What to show above the buttons, e.g. that somebody else has changed the rule. */
  children?: ReactNode;
};

export function RuleEditor({ initial, onSave, children }: Props) {
  const form = useRuleForm({ initialValues: initial });
  const { submit, isBusy, failure } = useSubmit(form, { fieldOf: fieldOf(form.values) });
  const request = useMemo(() => requestOf(form.values), [form.values]);
  const mayWrite = may("alerts:write");

  return (
    <RuleFormProvider form={form}>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <form noValidate onSubmit={form.onSubmit(() => void submit(() => onSave(request)))}>
            <Stack gap="md">
              {!mayWrite && <Alert color="gray">{t.readOnly}</Alert>}
              <Box component="fieldset" disabled={!mayWrite} className="tally-fieldset">
                <Fields />
              </Box>
              {children}
              <FormError error={failure} hasFields={Object.keys(form.errors).length > 0} />
              <Group justify="flex-end">
                <Button variant="default" component={Link} to="/alerts/rules">
                  {text.actions.cancel}
                </Button>
                {mayWrite && (
                  <Button type="submit" loading={isBusy}>
                    {text.actions.save}
                  </Button>
                )}
              </Group>
            </Stack>
          </form>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack gap="md" className="tally-aside">
            <SummaryPanel request={request} />
            <PreviewPanel request={request} />
          </Stack>
        </Grid.Col>
      </Grid>
    </RuleFormProvider>
  );
}

function Fields() {
  return (
    <Stack gap="md">
      <Panel title={t.sections.what}>
        <MetricFields />
      </Panel>
      <Panel title={t.sections.when}>
        <ConditionFields />
      </Panel>
      <Panel title={t.sections.timing}>
        <TimingFields />
      </Panel>
      <Panel title={t.sections.data}>
        <DataFields />
      </Panel>
      <Panel title={t.sections.name}>
        <NameFields />
      </Panel>
      <Panel title={t.sections.notify}>
        <NotifyFields />
      </Panel>
    </Stack>
  );
}

function NameFields() {
  const form = useRuleFormContext();
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          label={t.fields.name}
          description={t.fields.nameHint}
          withAsterisk
          maxLength={200}
          {...form.getInputProps("name")}
        />
        <Select
          label={t.fields.severity}
          description={t.fields.severityHint}
          data={SEVERITIES.map((value) => ({ value, label: alerts.severities[value] }))}
          allowDeselect={false}
          {...form.getInputProps("severity")}
        />
      </SimpleGrid>
      <Textarea
        label={t.fields.description}
        description={t.fields.descriptionHint}
        maxLength={2000}
        autosize
        minRows={2}
        maxRows={8}
        {...form.getInputProps("description")}
      />
      <Switch label={t.fields.enabled} {...form.getInputProps("enabled", { type: "checkbox" })} />
    </Stack>
  );
}
