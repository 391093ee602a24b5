/** Silences a rule until a time, with the reason. */
import { Button, Chip, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useSend } from "@/api/queries";
import { FormError } from "@/components/form/FormError";
import { placeErrors } from "@/components/form/apiErrors";
import { MomentInput } from "@/components/form/MomentInput";
import { noticeDone } from "@/components/notices";
import { formatTime } from "@/format/times";
import { usePreferences } from "@/preferences/preferences";
import { text } from "@/text";
import { text as t } from "@/text/alertRules";
import type { Rule } from "../ruleForm";

const HOUR = 3_600_000;
const CHOICES = { hour: HOUR, day: 24 * HOUR, week: 168 * HOUR, month: 720 * HOUR };
type Values = { choice: Choice; until: string | null; reason: string };
type Choice = keyof typeof CHOICES | "custom";
const LONGEST_REASON = 2000;

export function SilenceModal({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  const { timeZone } = usePreferences();
  const silence = useSend("post", "/api/v1/alerts/rules/{rule_id}/silence", ["/api/v1/alerts"]);
  const form = useForm<Values>({
    initialValues: { choice: "day", until: null, reason: "" },
    validate: {
      until: (until, { choice }) => (choice === "custom" && until === null ? t.silence.missing : null),
    },
  });

  const submit = form.onSubmit(({ choice, until, reason }) => {
    const end = choice === "custom" ? until : after(CHOICES[choice]);
    silence.mutate(
      { path: { rule_id: rule.rule_id }, body: { until: end, reason: reason.trim() } },
      {
        onSuccess: ({ silenced }) => {
          noticeDone(t.silence.done(formatTime(silenced?.until ?? end, timeZone)));
          onClose();
        },
        onError: (error) => {
          const { errors } = placeErrors(error, (path) => path);
          if ("until" in errors) form.setFieldValue("choice", "custom");
          form.setErrors(errors);
        },
      },
    );
  });

  return (
    <Modal opened onClose={onClose} title={t.silence.title(rule.name)} centered>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text size="sm">{t.silence.hint}</Text>
          <Chip.Group {...form.getInputProps("choice")}>
            <Group gap={6} role="radiogroup" aria-label={t.silence.until}>
              {(Object.keys(t.silence.choices) as Choice[]).map((choice) => (
                <Chip key={choice} value={choice} size="xs">
                  {t.silence.choices[choice]}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          {form.values.choice === "custom" && (
            <MomentInput
              label={t.silence.until}
              isRequired
              value={form.values.until}
              onChange={(at) => form.setFieldValue("until", at)}
              error={form.errors.until}
            />
          )}
          <Textarea
            label={t.silence.reason}
            description={t.silence.reasonHint}
            maxLength={LONGEST_REASON}
            autosize
            maxRows={6}
            {...form.getInputProps("reason")}
          />
          <FormError error={silence.error} hasFields={false} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text.actions.cancel}
            </Button>
            <Button type="submit" loading={silence.isPending}>
              {t.silence.confirm}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function after(milliseconds: number): string {
  return new Date(Date.now() + milliseconds).toISOString();
}
