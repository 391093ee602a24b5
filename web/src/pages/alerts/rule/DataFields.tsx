/** Narrows a rule to some data, or judges each value of a field by itself. */
import { ActionIcon, Button, Group, Select, Stack, TagsInput, Text } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { text as t } from "@/text/alertRules";
import { filtersOf, groupsOf } from "../subjects";
import { useRuleFormContext } from "./formContext";

const named = (fields: readonly string[]) =>
  fields.map((value) => ({ value, label: t.filterNames[value] ?? value }));

export function DataFields() {
  const form = useRuleFormContext();
  const { subject, filters } = form.values;
  const legal = filtersOf(subject);
  const free = legal.filter((field) => !filters.some((each) => each.field === field));
  const [next] = free;
  const groups = groupsOf(subject);
  if (legal.length === 0) return <Text size="sm">{t.fields.noFilters}</Text>;
  return (
    <Stack gap="sm">
      {filters.map(({ field }, place) => (
        <Group key={field} gap="xs" align="flex-end" wrap="wrap">
          <Select
            label={t.fields.filterField}
            data={named([field, ...free])}
            allowDeselect={false}
            w={180}
            {...form.getInputProps(`filters.${place}.field`)}
          />
          <TagsInput
            label={t.fields.filterValues}
            placeholder={t.fields.filterValuesHint}
            flex="1 1 200px"
            acceptValueOnBlur
            value={filters[place]?.values ?? []}
            onChange={(values) => form.setFieldValue(`filters.${place}.values`, values)}
            error={form.errors[`filters.${place}`]}
          />
          <ActionIcon
            variant="subtle"
            color="red"
            size="lg"
            aria-label={t.fields.removeFilter(t.filterNames[field] ?? field)}
            onClick={() => form.removeListItem("filters", place)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ))}
      {form.errors.filters && (
        <Text size="xs" c="red">
          {form.errors.filters}
        </Text>
      )}
      {next !== undefined && (
        <Button
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => form.insertListItem("filters", { field: next, values: [] })}
          style={{ alignSelf: "flex-start" }}
        >
          {t.fields.addFilter}
        </Button>
      )}
      {groups.length > 0 && (
        <Select
          label={t.fields.groupBy}
          description={t.fields.groupByHint}
          placeholder={t.fields.groupByNone}
          data={named(groups)}
          clearable
          maw={320}
          {...form.getInputProps("groupBy")}
        />
      )}
    </Stack>
  );
}
