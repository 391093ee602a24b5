/** Freezes the decisions of a range as the baseline of a model version. */
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { DatePickerInput } from "@mantine/dates";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useSend } from "@/api/queries";
import { placeErrors } from "@/components/form/apiErrors";
import { FormError } from "@/components/form/FormError";
import { text } from "@/text";
import { text as t } from "@/text/fraud";

type Values = { modelVersion: string; startDate: string | null; endDate: string | null };
const FIELDS = ["modelVersion", "startDate", "endDate"];
const fieldOf = (path: string) => (FIELDS.includes(path) ? path : null);

export function BaselineForm({ modelVersion, onDone }: { modelVersion: string | null; onDone: () => void }) {
  const send = useSend("post", "/api/v1/analytics/drift/baselines", ["/api/v1/analytics/drift"]);
  const form = useForm<Values>({
    initialValues: { modelVersion: modelVersion ?? "", startDate: null, endDate: null },
  });
  const submit = ({ modelVersion: model, startDate, endDate }: Values) =>
    send.mutate(
      // Bare dates are midnight UTC; what is missing is named by the API.
      { body: { modelVersion: model.trim(), startDate: startDate ?? "", endDate: endDate ?? "" } },
      {
        onSuccess: ({ version }) => {
          notifications.show({ message: t.baselines.frozen(model, String(version ?? "")), color: "green" });
          onDone();
        },
        onError: (error) => form.setErrors(placeErrors(error, fieldOf).errors),
      },
    );
  const rest = send.error === null ? null : placeErrors(send.error, fieldOf).rest;
  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t.baselines.createHint}
        </Text>
        <TextInput
          label={t.baselines.model}
          maxLength={4096}
          data-autofocus
          {...form.getInputProps("modelVersion")}
        />
        <Group grow align="flex-start">
          <DatePickerInput label={t.baselines.from} clearable {...form.getInputProps("startDate")} />
          <DatePickerInput label={t.baselines.to} clearable {...form.getInputProps("endDate")} />
        </Group>
        <Text size="xs" c="dimmed">
          {t.range.utc}
        </Text>
        <FormError error={rest} hasFields={Object.keys(form.errors).length > 0} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {text.actions.cancel}
          </Button>
          <Button type="submit" loading={send.isPending}>
            {t.baselines.freeze}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
