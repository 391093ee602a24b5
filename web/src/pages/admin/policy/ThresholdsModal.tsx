/** Registers the thresholds of a rule version, or replaces them. */
import { Button, Group, Modal, NumberInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useSend } from "@/api/queries";
import { FormError } from "@/components/form/FormError";
import { useSubmit } from "@/components/form/useSubmit";
import { noticeDone } from "@/components/notices";
import { text } from "@/text";
import { text as t } from "@/text/admin";
import type { Registered } from "./RuleThresholds";

const LIST = "/api/v1/analytics/policy/rules";
const FIELDS = ["fraud_threshold", "review_threshold"] as const;

type Values = { ruleVersion: string; fraud_threshold: number | string; review_threshold: number | string };

export function ThresholdsModal({ rule, onClose }: { rule: Registered | null; onClose: () => void }) {
  const put = useSend("put", `${LIST}/{rule_version}`, [LIST]);
  const form = useForm<Values>({
    initialValues: {
      ruleVersion: rule?.ruleVersion ?? "",
      fraud_threshold: rule?.thresholds.fraud_threshold ?? "",
      review_threshold: rule?.thresholds.review_threshold ?? "",
    },
    validate: { ruleVersion: (name) => (name.trim() === "" ? t.policy.noRuleVersion : null) },
  });
  const fieldOf = (path: string) => FIELDS.find((field) => path.endsWith(field)) ?? null;
  const { submit, isBusy, failure } = useSubmit(form, { fieldOf });
  const send = ({ ruleVersion, ...thresholds }: Values) =>
    submit(async () => {
      await put.mutateAsync({
        path: { rule_version: ruleVersion.trim() },
        body: {
          thresholds: {
            fraud_threshold: numberOf(thresholds.fraud_threshold),
            review_threshold: numberOf(thresholds.review_threshold),
          },
        },
      });
      noticeDone(t.policy.registeredDone);
      onClose();
    });
  const score = { min: 0, max: 1, step: 0.01, decimalScale: 6 } as const;
  return (
    <Modal
      opened
      onClose={onClose}
      title={rule === null ? t.policy.register : t.policy.change(rule.ruleVersion)}
      centered
    >
      <form onSubmit={form.onSubmit((values) => void send(values))}>
        <Stack gap="sm">
          {rule === null && (
            <TextInput
              label={t.policy.ruleVersion}
              description={t.policy.ruleVersionHint}
              withAsterisk
              data-autofocus
              {...form.getInputProps("ruleVersion")}
            />
          )}
          <NumberInput
            label={t.policy.decline}
            description={t.policy.declineHint}
            {...score}
            {...form.getInputProps("fraud_threshold")}
          />
          <NumberInput
            label={t.policy.reviewFrom}
            description={t.policy.reviewFromHint}
            {...score}
            {...form.getInputProps("review_threshold")}
          />
          <FormError error={failure} hasFields={Object.keys(form.errors).length > 0} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {text.actions.cancel}
            </Button>
            <Button type="submit" loading={isBusy}>
              {text.actions.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function numberOf(value: number | string): number | null {
  return value === "" ? null : Number(value);
}
