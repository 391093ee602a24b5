/** Edits the configuration of a source. Mappings are JSON here; the import adjusts them by a file. */
import { Button, Group, Select, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useSend } from "@/api/queries";
import { FormError } from "@/components/form/FormError";
import { placeErrors } from "@/components/form/apiErrors";
import { timeZones } from "@/preferences/preferences";
import { text } from "@/text";
import { text as t } from "@/text/data";
import { CadenceInput } from "./CadenceInput";
import { toSend, type SourceConfiguration } from "./configuration";
import { fieldOf, fromForm, toForm, type SourceFormValues } from "./sourceFormValues";
import { TypeSettings } from "./TypeSettings";

const PATH = "/api/v1/ingest/sources";
const KINDS = (["api", "database", "file", "stream"] as const).map((value) => ({
  value,
  label: t.sources.kinds[value],
}));

type Props = {
  sourceId: string;
  configured: SourceConfiguration;
  /** Data types that the source has delivered. */
  types: readonly string[];
  isReadOnly: boolean;
};

export function SourceForm({ sourceId, configured, types, isReadOnly }: Props) {
  const form = useForm<SourceFormValues>({
    mode: "controlled",
    initialValues: toForm(configured, types),
    validate: {
      types: { mapping: (mapping) => (isJsonOrEmpty(mapping) ? null : t.sources.notJson) },
    },
  });
  const save = useSend("put", `${PATH}/{source_id}`, [PATH, "/api/v1/data-quality"]);
  const placed =
    save.error === null ? null : placeErrors(save.error, (path) => fieldOf(path, form.values.types));

  const submit = (values: SourceFormValues) =>
    save.mutate(
      { path: { source_id: sourceId }, body: toSend(fromForm(values)) },
      {
        onSuccess: () => {
          form.resetDirty();
          notifications.show({ message: t.sources.saved, color: "green" });
        },
        onError: (error) => form.setErrors(placeErrors(error, (path) => fieldOf(path, values.types)).errors),
      },
    );

  return (
    <form onSubmit={form.onSubmit(submit)} aria-label={t.sources.configuration}>
      <Stack gap="md">
        <fieldset disabled={isReadOnly} className="tally-fieldset">
          <Stack gap="md">
            <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} spacing="md">
              <TextInput
                label={t.sources.name}
                description={t.sources.nameHint}
                {...form.getInputProps("name")}
              />
              <Select
                label={t.sources.kind}
                description={t.sources.kindHint}
                data={KINDS}
                clearable
                placeholder={t.sources.kindDefault}
                disabled={isReadOnly}
                {...form.getInputProps("type")}
              />
              <CadenceInput isDisabled={isReadOnly} {...form.getInputProps("cadence")} />
              <Select
                label={t.sources.timeZone}
                description={t.sources.timeZoneHint}
                data={timeZones()}
                searchable
                clearable
                placeholder="UTC"
                disabled={isReadOnly}
                {...form.getInputProps("timezone")}
              />
              <TextInput
                label={t.sources.namespace}
                description={t.sources.namespaceHint}
                {...form.getInputProps("namespace")}
              />
            </SimpleGrid>
            <TypeSettings form={form} sourceId={sourceId} isReadOnly={isReadOnly} />
          </Stack>
        </fieldset>
        <FormError error={placed?.rest ?? null} hasFields={Object.keys(placed?.errors ?? {}).length > 0} />
        {isReadOnly ? (
          <Text size="sm" c="dimmed">
            {text.errors.forbidden("ingest:write")}
          </Text>
        ) : (
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
              {text.actions.save}
            </Button>
            <Button variant="default" disabled={!form.isDirty()} onClick={() => form.reset()}>
              {t.actions.undo}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}

function isJsonOrEmpty(mapping: string): boolean {
  if (mapping.trim() === "") return true;
  try {
    const found: unknown = JSON.parse(mapping);
    return typeof found === "object" && found !== null && !Array.isArray(found);
  } catch {
    return false;
  }
}
