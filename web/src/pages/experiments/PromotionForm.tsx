/** Promotes a variant: what it would mean, an explicit confirmation, and the gates if they refuse it. */
import { Alert, Button, Checkbox, Group, NumberInput, Select, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { Configuration } from "./Configuration";
import { type Gate, gatesOf } from "./gates";
import type { Experiment } from "./moves";
import { Refusal } from "./Refusal";
import { useSend } from "@/api/queries";
import { placeErrors } from "@/components/form/apiErrors";
import { ErrorNotice } from "@/components/ErrorNotice";
import { text } from "@/text";
import { text as p } from "@/text/promotion";

type Props = {
  experiment: Experiment;
  variantId: string;
  onVariant: (id: string | null) => void;
  onDone: () => void;
};

/** The share that the API holds back unless it is told otherwise, in per cent. */
const HOLD_BACK = 5;
const NO_ERRORS: Record<string, string> = {};
const CHANGES = ["/api/v1/analytics/experiments", "/api/v1/analytics/policy"];

export function PromotionForm({ experiment, variantId, onVariant, onDone }: Props) {
  const [holdBack, setHoldBack] = useState<number | string>(HOLD_BACK);
  const [isConfirmed, setConfirmed] = useState(false);
  const [gates, setGates] = useState<Gate[] | null>(null);
  const promote = useSend("post", "/api/v1/analytics/experiments/{experiment_id}/promote", CHANGES);
  const variant = experiment.variants.find(({ id }) => id === variantId);

  const send = (reason?: string) =>
    promote.mutate(
      {
        path: { experiment_id: experiment.id },
        body: {
          variantId,
          confirmation: isConfirmed,
          holdBack: typeof holdBack === "number" ? holdBack / 100 : NaN,
          ...(reason === undefined ? {} : { override: { reason } }),
        },
      },
      {
        onSuccess: ({ policyVersion }) => {
          notifications.show({ message: p.promotion.done(policyVersion), color: "green", autoClose: 8000 });
          onDone();
        },
        onError: (error) => setGates(gatesOf(error)),
      },
    );

  const { errors, rest } = promote.error
    ? placeErrors(promote.error, (path) => (path === "holdBack" ? path : null))
    : { errors: NO_ERRORS, rest: null };
  return (
    <Stack gap="sm">
      <Text size="sm">{p.promotion.intro}</Text>
      {experiment.status === "running" && <Alert color="yellow">{p.promotion.completes}</Alert>}
      <Group align="flex-start" grow preventGrowOverflow={false}>
        <Select
          label={p.promotion.variant}
          allowDeselect={false}
          value={variantId}
          onChange={(id) => {
            setGates(null);
            promote.reset();
            onVariant(id);
          }}
          data={experiment.variants
            .filter(({ isControl }) => !isControl)
            .map(({ id, name }) => ({ value: id, label: name }))}
        />
        <NumberInput
          label={p.promotion.holdBack}
          description={p.promotion.holdBackHint}
          inputWrapperOrder={["label", "input", "description", "error"]}
          suffix=" %"
          min={0}
          max={20}
          clampBehavior="none"
          value={holdBack}
          onChange={setHoldBack}
          error={errors.holdBack}
        />
      </Group>
      <Configuration label={p.promotion.policy} value={variant?.configuration} />
      <Checkbox
        label={p.promotion.confirm}
        checked={isConfirmed}
        onChange={({ currentTarget }) => setConfirmed(currentTarget.checked)}
      />
      {gates !== null && rest !== null ? (
        <Refusal
          experiment={experiment}
          gates={gates}
          requestId={rest.requestId}
          isBusy={promote.isPending}
          onOverride={send}
        />
      ) : (
        rest !== null && <ErrorNotice error={rest} />
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          {text.actions.cancel}
        </Button>
        <Button disabled={!isConfirmed} loading={promote.isPending} onClick={() => send()}>
          {p.promotion.submit}
        </Button>
      </Group>
    </Stack>
  );
}
