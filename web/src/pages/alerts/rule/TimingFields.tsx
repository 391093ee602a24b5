/** Chooses the windows of a rule, how often they are judged, and what missing data do. */
import { Checkbox, Select, SimpleGrid, Stack } from "@mantine/core";
import { DurationInput } from "@/components/form/DurationInput";
import { text as t } from "@/text/alertRules";
import { canBeProvisional, hasHistory } from "../subjects";
import { useRuleFormContext } from "./formContext";

export function TimingFields() {
  const form = useRuleFormContext();
  const { subject } = form.values;
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
        <DurationInput
          label={t.fields.window}
          description={hasHistory(subject) ? t.fields.windowHint : t.fields.windowOfPresent}
          isRequired
          {...duration(form, "window")}
        />
        <DurationInput
          label={t.fields.evaluateEvery}
          description={t.fields.evaluateEveryHint}
          isRequired
          {...duration(form, "evaluateEvery")}
        />
        <DurationInput
          label={t.fields.for}
          description={t.fields.forHint}
          isRequired
          {...duration(form, "for")}
        />
        <Select
          label={t.fields.noData}
          data={Object.entries(t.noDataChoices).map(([value, label]) => ({ value, label }))}
          allowDeselect={false}
          {...form.getInputProps("noData")}
        />
      </SimpleGrid>
      {canBeProvisional(subject) && (
        <Checkbox
          label={t.fields.useProvisional}
          description={t.fields.useProvisionalHint}
          {...form.getInputProps("useProvisional", { type: "checkbox" })}
        />
      )}
    </Stack>
  );
}

type Form = ReturnType<typeof useRuleFormContext>;

function duration(form: Form, name: "window" | "evaluateEvery" | "for") {
  return {
    value: form.values[name],
    onChange: (value: Form["values"]["window"]) => form.setFieldValue(name, value),
    error: form.errors[name],
  };
}
