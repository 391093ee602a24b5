/** Describes a scenario. The API checks it; every mistake is shown at its field, and what was typed is kept. */
import {
  Button,
  Group,
  JsonInput,
  NumberInput,
  SimpleGrid,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { Link } from "react-router";
import { ScenarioFormProvider, useScenarioForm } from "./form";
import { fieldOf, jsonErrors, type Values } from "./formValues";
import { RuleFields } from "./RuleFields";
import { WindowFields } from "./WindowFields";
import { FormError } from "@/components/form/FormError";
import { useSubmit } from "@/components/form/useSubmit";
import { Panel } from "@/components/Panel";
import { text } from "@/text";
import { text as t } from "@/text/replay";

const MODEL = { type: "logistic", intercept: 0, coefficients: { feature: 1 }, means: {}, scales: {} };

type Props = {
  initial: Values;
  /** Where the thresholds that are filled in come from. */
  origin: string | null;
  onSubmit: (values: Values) => Promise<unknown>;
};

export function ScenarioForm({ initial, origin, onSubmit }: Props) {
  const form = useScenarioForm({ initialValues: initial });
  const { submit, isBusy, failure } = useSubmit(form, {
    fieldOf,
    others: () => jsonErrors(form.getValues()),
  });

  return (
    <ScenarioFormProvider form={form}>
      <form onSubmit={form.onSubmit((values) => void submit(() => onSubmit(values)))} noValidate>
        <Stack gap="md" maw={900}>
          <FormError error={failure} hasFields={Object.keys(form.errors).length > 0} />
          <Panel title={t.form.basics}>
            <Stack gap="sm">
              <TextInput label={t.form.name} withAsterisk dir="auto" {...form.getInputProps("name")} />
              <Textarea
                label={t.form.details}
                autosize
                minRows={2}
                maxRows={8}
                dir="auto"
                {...form.getInputProps("description")}
              />
            </Stack>
          </Panel>
          <Panel title={t.form.window}>
            <WindowFields />
          </Panel>
          <Panel title={t.form.thresholds} hint={t.form.thresholdsHint}>
            <SimpleGrid cols={2}>
              <NumberInput
                label={t.form.review}
                step={0.05}
                clampBehavior="none"
                {...form.getInputProps("review")}
              />
              <NumberInput
                label={t.form.decline}
                step={0.05}
                clampBehavior="none"
                {...form.getInputProps("decline")}
              />
            </SimpleGrid>
            {origin !== null && (
              <Text size="xs" c="dimmed" mt={4}>
                {t.form.present(origin)}
              </Text>
            )}
          </Panel>
          <Panel title={t.form.rules} hint={`${t.form.rulesHint} ${t.form.valueHint}`}>
            <RuleFields />
          </Panel>
          <Panel title={t.form.model} hint={t.form.modelHint}>
            <JsonInput
              aria-label={t.form.model}
              autosize
              minRows={3}
              maxRows={20}
              formatOnBlur
              styles={{ input: { fontFamily: "monospace" } }}
              validationError={form.errors.model}
              {...form.getInputProps("model")}
            />
            <Button
              variant="subtle"
              onClick={() => form.setFieldValue("model", JSON.stringify(MODEL, null, 2))}
            >
              {t.form.modelTemplate}
            </Button>
          </Panel>
          <Text size="sm" c="dimmed">
            {t.form.identity}
          </Text>
          <Group>
            <Button type="submit" size="sm" loading={isBusy}>
              {t.form.create}
            </Button>
            <Button variant="default" size="sm" component={Link} to="/replay">
              {text.actions.cancel}
            </Button>
          </Group>
        </Stack>
      </form>
    </ScenarioFormProvider>
  );
}
