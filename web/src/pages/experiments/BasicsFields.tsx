/** What an experiment is about. */
import { SimpleGrid, Stack, Textarea, TextInput } from "@mantine/core";
import { useExperimentFormContext } from "./form";
import { text as t } from "@/text/experiments";

type Props = { hasId: boolean; isDraft: boolean };

export function BasicsFields({ hasId, isDraft }: Props) {
  const form = useExperimentFormContext();
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: hasId ? 2 : 1 }}>
        <TextInput
          label={t.form.name}
          withAsterisk
          dir="auto"
          data-autofocus
          {...form.getInputProps("name")}
        />
        {hasId && <TextInput label={t.form.id} description={t.form.idHint} {...form.getInputProps("id")} />}
      </SimpleGrid>
      <Textarea
        label={t.form.description}
        autosize
        minRows={2}
        maxRows={8}
        dir="auto"
        {...form.getInputProps("description")}
      />
      {isDraft && (
        <Textarea
          label={t.form.hypothesis}
          description={t.form.hypothesisHint}
          autosize
          minRows={2}
          maxRows={8}
          dir="auto"
          {...form.getInputProps("hypothesis")}
        />
      )}
    </Stack>
  );
}
