/** Shows the fraud configuration in force, and lets administrators change it. */
import { Button, Group, NumberInput, SimpleGrid, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useInvalidate, useSend } from "@/api/queries";
import { ABSENT } from "@/format/numbers";
import { Facts } from "@/components/Facts";
import { FormError } from "@/components/form/FormError";
import { useSubmit } from "@/components/form/useSubmit";
import { Moment } from "@/components/Moment";
import { noticeDone } from "@/components/notices";
import { may } from "@/session/session";
import { text } from "@/text";
import { text as t } from "@/text/admin";
import { blanksOf, fieldOf, type InForce, requestOf, type Values, valuesOf } from "./configurationForm";
import { ServiceLevels } from "./ServiceLevels";

const PATH = "/api/v1/analytics/configuration";
const OUTDATED = 409;
const MOST_DAYS = 365;

export function ConfigurationForm({ inForce }: { inForce: InForce }) {
  const isReadOnly = !may("admin");
  const invalidate = useInvalidate();
  const save = useSend("put", PATH, [PATH]);
  const form = useForm<Values>({ initialValues: valuesOf(inForce) });
  const { submit, isBusy, failure } = useSubmit(form, { fieldOf: (path) => fieldOf(path, form.values) });
  const send = (values: Values) => {
    const blanks = blanksOf(values);
    if (blanks.length > 0) {
      form.setErrors(Object.fromEntries(blanks.map((name) => [name, text.errors.invalid])));
      return;
    }
    void submit(async () => {
      await save.mutateAsync({ body: requestOf(values, inForce.version) });
      noticeDone(t.policy.saved);
    });
  };
  const percent = { min: 0, max: 100, suffix: " %", decimalScale: 4 } as const;
  return (
    <form onSubmit={form.onSubmit(send)} aria-label={t.policy.configuration}>
      <Stack gap="md">
        <Facts
          columns={3}
          facts={[
            [t.policy.version, inForce.version === 0 ? t.policy.stage : inForce.version],
            [t.policy.changed, <Moment at={inForce.updatedAt} />],
            [t.policy.by, inForce.updatedBy ?? ABSENT],
          ]}
        />
        <fieldset disabled={isReadOnly} className="tally-fieldset">
          <Stack gap="md">
            <SimpleGrid cols={{ base: 1, xs: 2, lg: 5 }} spacing="md">
              <NumberInput
                label={t.policy.horizon}
                description={t.policy.horizonHint}
                min={1}
                max={MOST_DAYS}
                allowDecimal={false}
                {...form.getInputProps("maturityHorizonDays")}
              />
              <NumberInput
                label={t.policy.margin}
                description={t.policy.marginHint}
                {...percent}
                {...form.getInputProps("marginRate")}
              />
              <NumberInput
                label={t.policy.lostDecline}
                description={t.policy.lostDeclineHint}
                {...percent}
                {...form.getInputProps("lostDecline")}
              />
              <NumberInput
                label={t.policy.lostReview}
                description={t.policy.lostReviewHint}
                {...percent}
                {...form.getInputProps("lostReview")}
              />
              <NumberInput
                label={t.policy.review}
                description={t.policy.reviewHint(inForce.currency)}
                min={0}
                decimalScale={4}
                {...form.getInputProps("reviewCost")}
              />
            </SimpleGrid>
            <ServiceLevels form={form} />
          </Stack>
        </fieldset>
        <FormError error={failure} hasFields={Object.keys(form.errors).length > 0} />
        {failure?.status === OUTDATED && (
          <Group gap="sm">
            <Text size="sm">{t.policy.changedMeanwhile}</Text>
            <Button size="xs" variant="default" onClick={() => void invalidate(PATH)}>
              {t.policy.reload}
            </Button>
          </Group>
        )}
        {isReadOnly ? (
          <Text size="sm" c="dimmed">
            {text.errors.forbidden("admin")}
          </Text>
        ) : (
          <Group>
            <Button type="submit" loading={isBusy} disabled={!form.isDirty()}>
              {text.actions.save}
            </Button>
            <Button variant="default" disabled={!form.isDirty()} onClick={() => form.reset()}>
              {t.policy.undo}
            </Button>
          </Group>
        )}
      </Stack>
    </form>
  );
}
