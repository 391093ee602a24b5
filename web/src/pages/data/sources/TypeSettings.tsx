/** What is configured by data type: the minimum quality score and the mapping. */
import { Anchor, Group, JsonInput, NumberInput, Paper, Select, Stack, Text, Title } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { Link } from "react-router";
import { text as t } from "@/text/data";
import { DATA_TYPE_CHOICES, nameOfType } from "../parts/dataTypes";
import type { SourceFormValues } from "./sourceFormValues";

type Props = { form: UseFormReturnType<SourceFormValues>; sourceId: string; isReadOnly: boolean };

export function TypeSettings({ form, sourceId, isReadOnly }: Props) {
  const { types } = form.getValues();
  const others = DATA_TYPE_CHOICES.filter(({ value }) => types.every(({ type }) => type !== value));
  return (
    <Stack gap="sm">
      <Title order={3} size="sm">
        {t.sources.byType}
      </Title>
      {types.map(({ type }, row) => (
        <Paper key={type} withBorder p="sm">
          <Group justify="space-between" mb="xs">
            <Text size="sm" fw={600}>
              {nameOfType(type)}
            </Text>
            {!isReadOnly && (
              <Anchor component={Link} size="xs" to={`/data/import?source=${sourceId}&type=${type}`}>
                {t.sources.adjust}
              </Anchor>
            )}
          </Group>
          <Stack gap="sm">
            <NumberInput
              label={t.sources.threshold}
              description={t.sources.thresholdHint}
              placeholder="70"
              min={0}
              max={100}
              w={{ base: "100%", sm: 260 }}
              {...form.getInputProps(`types.${row}.threshold`)}
            />
            <JsonInput
              label={t.sources.mapping}
              description={t.sources.mappingHint}
              placeholder={t.sources.noMapping}
              autosize
              minRows={2}
              maxRows={18}
              formatOnBlur
              styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: 12 } }}
              {...form.getInputProps(`types.${row}.mapping`)}
            />
          </Stack>
        </Paper>
      ))}
      {!isReadOnly && others.length > 0 && (
        <Select
          w={{ base: "100%", sm: 260 }}
          size="xs"
          aria-label={t.sources.addType}
          placeholder={t.sources.addType}
          data={others}
          value={null}
          onChange={(type) => type && form.insertListItem("types", { type, threshold: "", mapping: "" })}
        />
      )}
    </Stack>
  );
}
