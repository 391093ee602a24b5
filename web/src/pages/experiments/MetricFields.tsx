/** The metric that decides, and the guardrails. */
import { ActionIcon, Button, Group, NumberInput, Select, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useExperimentFormContext } from "./form";
import { isShare, newGuardrail, WITHOUT_LABELS } from "./formValues";
import { KPI_NAMES, kpiLabel } from "@/format/kpis";
import { text as t } from "@/text/experiments";

const METRICS = KPI_NAMES.filter((name) => name !== "decisionThroughput");
const CHOICES = [
  { group: t.form.withoutLabels, items: METRICS.filter((name) => WITHOUT_LABELS.includes(name)).map(toItem) },
  { group: t.form.withLabels, items: METRICS.filter((name) => !WITHOUT_LABELS.includes(name)).map(toItem) },
];

export function MetricFields() {
  const form = useExperimentFormContext();
  const { guardrails } = form.values;
  const unused = METRICS.filter((name) => !guardrails.some(({ metric }) => metric === name));
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Select
          label={t.form.primaryMetric}
          description={t.form.primaryMetricHint}
          withAsterisk
          allowDeselect={false}
          data={CHOICES}
          {...form.getInputProps("primaryMetric")}
        />
        <Select
          label={t.form.direction}
          description={" "}
          allowDeselect={false}
          data={Object.entries(t.form.directions).map(([value, label]) => ({ value, label }))}
          {...form.getInputProps("primaryDirection")}
        />
      </SimpleGrid>
      <Text size="sm" fw={500}>
        {t.form.guardrails}
      </Text>
      <Text size="xs" c="dimmed">
        {t.form.guardrailsHint}
      </Text>
      {guardrails.map(({ key }, place) => (
        <GuardrailField key={key} place={place} />
      ))}
      {form.errors.guardrails && (
        <Text size="sm" c="red" role="alert">
          {form.errors.guardrails}
        </Text>
      )}
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={unused.length === 0}
          onClick={() => form.insertListItem("guardrails", newGuardrail(unused.at(-1) ?? ""))}
        >
          {t.form.addGuardrail}
        </Button>
      </Group>
    </Stack>
  );
}

function GuardrailField({ place }: { place: number }) {
  const form = useExperimentFormContext();
  const metric = form.values.guardrails[place]?.metric ?? "";
  return (
    <Group align="flex-start" gap="sm" wrap="nowrap">
      <Select
        label={t.form.guardrailMetric}
        flex={2}
        allowDeselect={false}
        data={CHOICES}
        {...form.getInputProps(`guardrails.${place}.metric`)}
      />
      <NumberInput
        label={t.form.maximumHarm}
        withAsterisk
        flex={1}
        min={0}
        step={isShare(metric) ? 0.1 : 1}
        suffix={isShare(metric) ? t.form.points : t.form.perUnit}
        clampBehavior="none"
        {...form.getInputProps(`guardrails.${place}.harm`)}
      />
      <ActionIcon
        variant="subtle"
        color="red"
        mt={28}
        aria-label={t.form.removeGuardrail(place + 1)}
        onClick={() => form.removeListItem("guardrails", place)}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}

function toItem(value: string): { value: string; label: string } {
  return { value, label: kpiLabel(value) };
}
