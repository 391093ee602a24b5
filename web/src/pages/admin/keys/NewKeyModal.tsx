/** Creates a key, and shows its secret once. */
import { Button, Checkbox, Group, Modal, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import { useSend } from "@/api/queries";
import type { components } from "@/api/schema.gen";
import { FormError } from "@/components/form/FormError";
import { useSubmit } from "@/components/form/useSubmit";
import { text } from "@/text";
import { text as t } from "@/text/admin";
import { NewSecret } from "./NewSecret";
import { PRESETS, type Scope, SCOPES } from "./scopes";

const KEYS = "/api/v1/auth/keys";
const LONGEST_NAME = 100;
const FIELDS = ["name", "owner", "scopes"];

type Made = components["schemas"]["ApiKeyWithSecret"];
type Values = { name: string; owner: string; scopes: Scope[] };

export function NewKeyModal({ onClose }: { onClose: () => void }) {
  const [made, setMade] = useState<Made | null>(null);
  return (
    <Modal
      opened
      onClose={onClose}
      title={made === null ? t.keys.form.title : t.keys.secret.created}
      size="lg"
      centered
      closeOnClickOutside={made === null}
      closeOnEscape={made === null}
    >
      {made === null ? (
        <KeyForm onMade={setMade} onCancel={onClose} />
      ) : (
        <NewSecret made={made} onClose={onClose} />
      )}
    </Modal>
  );
}

function KeyForm({ onMade, onCancel }: { onMade: (made: Made) => void; onCancel: () => void }) {
  const create = useSend("post", KEYS, [KEYS]);
  const form = useForm<Values>({
    initialValues: { name: "", owner: "", scopes: [...PRESETS.read] },
    validate: {
      name: (name) => (name.trim() === "" ? t.keys.form.noName : null),
      scopes: (scopes) => (scopes.length === 0 ? t.keys.form.noScope : null),
    },
  });
  const fieldOf = (path: string) => FIELDS.find((field) => path.split(".")[0] === field) ?? null;
  const { submit, isBusy, failure } = useSubmit(form, { fieldOf });
  const send = ({ name, owner, scopes }: Values) =>
    submit(async () =>
      onMade(await create.mutateAsync({ body: { name: name.trim(), owner: owner.trim() || null, scopes } })),
    );
  return (
    <form onSubmit={form.onSubmit((values) => void send(values))}>
      <Stack gap="sm">
        <TextInput
          label={t.keys.form.name}
          description={t.keys.form.nameHint}
          withAsterisk
          maxLength={LONGEST_NAME}
          data-autofocus
          {...form.getInputProps("name")}
        />
        <TextInput
          label={t.keys.form.owner}
          description={t.keys.form.ownerHint}
          maxLength={LONGEST_NAME}
          {...form.getInputProps("owner")}
        />
        <Checkbox.Group
          label={t.keys.form.scopes}
          description={t.keys.form.scopesHint}
          withAsterisk
          {...form.getInputProps("scopes")}
        >
          <Presets onChoose={(scopes) => form.setFieldValue("scopes", [...scopes])} />
          <SimpleGrid cols={{ base: 1, xs: 2, sm: 3 }} spacing="xs" verticalSpacing={6} mb="xs">
            {SCOPES.map((scope) => (
              <Checkbox key={scope} size="xs" value={scope} label={scope} />
            ))}
          </SimpleGrid>
        </Checkbox.Group>
        <FormError error={failure} hasFields={Object.keys(form.errors).length > 0} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {text.actions.cancel}
          </Button>
          <Button type="submit" loading={isBusy}>
            {text.actions.create}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Presets({ onChoose }: { onChoose: (scopes: readonly Scope[]) => void }) {
  return (
    <Group gap={6} my={6}>
      {(Object.keys(PRESETS) as (keyof typeof PRESETS)[]).map((name) => (
        <Button key={name} size="compact-xs" variant="default" onClick={() => onChoose(PRESETS[name])}>
          {t.keys.form.presets[name]}
        </Button>
      ))}
    </Group>
  );
}
