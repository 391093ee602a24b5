/** What is assigned, and for how long decisions count. */
import { NumberInput, Select, SimpleGrid } from "@mantine/core";
import { useExperimentFormContext } from "./form";
import { MomentInput } from "@/components/form/MomentInput";
import { text as t } from "@/text/experiments";

export function ScheduleFields() {
  const form = useExperimentFormContext();
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
      <Select
        label={t.form.unit}
        description={t.form.unitHint}
        allowDeselect={false}
        data={Object.entries(t.design.units).map(([value, label]) => ({ value, label }))}
        {...form.getInputProps("unit")}
      />
      <NumberInput
        label={t.form.minimumDurationDays}
        description={t.design.minimum}
        min={1}
        clampBehavior="none"
        {...form.getInputProps("minimumDurationDays")}
      />
      <NumberInput
        label={t.form.minimumUnits}
        description={t.design.minimum}
        min={1}
        step={100}
        thousandSeparator=","
        clampBehavior="none"
        {...form.getInputProps("minimumUnits")}
      />
      <MomentInput
        label={t.form.startDate}
        description={t.form.startDateHint}
        value={form.values.startDate}
        onChange={(at) => form.setFieldValue("startDate", at)}
        error={form.errors.startDate}
      />
      <EndField />
    </SimpleGrid>
  );
}

export function EndField() {
  const form = useExperimentFormContext();
  return (
    <MomentInput
      label={t.form.endDate}
      description={t.form.endDateHint}
      value={form.values.endDate}
      onChange={(at) => form.setFieldValue("endDate", at)}
      error={form.errors.endDate}
    />
  );
}
