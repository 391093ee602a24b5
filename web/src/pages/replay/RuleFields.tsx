/** Rules that are tried before the thresholds. */
import { ActionIcon, Button, Fieldset, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useScenarioFormContext } from "./form";
import { newCondition, newRule } from "./formValues";
import { text as t } from "@/text/replay";

const OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "in"];

export function RuleFields() {
  const form = useScenarioFormContext();
  return (
    <Stack gap="sm">
      {form.values.rules.map(({ key }, place) => (
        <RuleField key={key} place={place} />
      ))}
      {form.errors.rules && (
        <Text size="sm" c="red" role="alert">
          {form.errors.rules}
        </Text>
      )}
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => form.insertListItem("rules", newRule())}
        >
          {t.form.addRule}
        </Button>
      </Group>
    </Stack>
  );
}

function RuleField({ place }: { place: number }) {
  const form = useScenarioFormContext();
  const conditions = form.values.rules[place]?.when ?? [];
  return (
    <Fieldset legend={t.form.ruleNumber(place + 1)} p="sm">
      <Stack gap="sm">
        {conditions.map(({ key }, number) => (
          <ConditionField key={key} path={`rules.${place}.when`} number={number} />
        ))}
        {form.errors[`rules.${place}.when`] && (
          <Text size="sm" c="red" role="alert">
            {form.errors[`rules.${place}.when`]}
          </Text>
        )}
        <Group align="flex-end" gap="sm">
          <Button variant="subtle" onClick={() => form.insertListItem(`rules.${place}.when`, newCondition())}>
            {t.form.addCondition}
          </Button>
          <Select
            label={t.form.outcome}
            w={140}
            allowDeselect={false}
            data={Object.entries(t.form.outcomes).map(([value, label]) => ({ value, label }))}
            {...form.getInputProps(`rules.${place}.outcome`)}
          />
          <ActionIcon
            variant="subtle"
            color="red"
            ml="auto"
            aria-label={t.form.removeRule(place + 1)}
            onClick={() => form.removeListItem("rules", place)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      </Stack>
    </Fieldset>
  );
}

function ConditionField({ path, number }: { path: `rules.${number}.when`; number: number }) {
  const form = useScenarioFormContext();
  return (
    <Group align="flex-start" gap="xs">
      <TextInput
        label={t.form.feature}
        flex="2 1 140px"
        {...form.getInputProps(`${path}.${number}.feature`)}
      />
      <Select
        label={t.form.operator}
        w={90}
        allowDeselect={false}
        data={OPERATORS}
        {...form.getInputProps(`${path}.${number}.operator`)}
      />
      <TextInput label={t.form.value} flex="2 1 140px" {...form.getInputProps(`${path}.${number}.value`)} />
      <ActionIcon
        variant="subtle"
        color="red"
        mt={28}
        aria-label={t.form.removeCondition(number + 1)}
        onClick={() => form.removeListItem(path, number)}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </Group>
  );
}
