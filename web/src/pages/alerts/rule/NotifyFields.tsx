/** Chooses who is notified of the alerts of a rule. */
import { ActionIcon, Button, Checkbox, Group, PasswordInput, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { text as t } from "@/text/alertRules";
import { useRuleFormContext } from "./formContext";

export function NotifyFields() {
  const form = useRuleFormContext();
  return (
    <Stack gap="sm">
      <Checkbox
        label={t.fields.topic}
        description={t.fields.topicHint}
        {...form.getInputProps("topic", { type: "checkbox" })}
      />
      {form.values.webhooks.map((_, place) => (
        // A webhook has nothing but its place in the list, and its fields are of the form.
        <Group key={String(place)} gap="xs" align="flex-end">
          <TextInput
            label={t.fields.webhookUrl}
            placeholder="https://"
            type="url"
            flex="2 1 220px"
            {...form.getInputProps(`webhooks.${place}.url`)}
          />
          <PasswordInput
            label={t.fields.webhookSecret}
            placeholder={t.fields.webhookSecretKept}
            autoComplete="new-password"
            flex="1 1 180px"
            {...form.getInputProps(`webhooks.${place}.secret`)}
          />
          <ActionIcon
            variant="subtle"
            color="red"
            size="lg"
            aria-label={t.fields.removeWebhook}
            onClick={() => form.removeListItem("webhooks", place)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => form.insertListItem("webhooks", { url: "", secret: "" })}
        style={{ alignSelf: "flex-start" }}
      >
        {t.fields.addWebhook}
      </Button>
    </Stack>
  );
}
