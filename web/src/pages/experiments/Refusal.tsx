/** A promotion that gates refused, and the override by somebody who may make one. */
import { Alert, Button, Group, Stack, Text, Textarea } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { type Gate, isOverridable } from "./gates";
import { GateTable } from "./GateTable";
import type { Experiment } from "./moves";
import { useResults } from "./useResults";
import { may } from "@/session/session";
import { currentSubject } from "@/session/subject";
import { text } from "@/text";
import { text as p } from "@/text/promotion";

type Props = {
  experiment: Experiment;
  gates: readonly Gate[];
  requestId: string | undefined;
  isBusy: boolean;
  onOverride: (reason: string) => void;
};

export function Refusal({ experiment, gates, requestId, isBusy, onOverride }: Props) {
  const found = useResults(experiment);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), [gates]);
  return (
    <Stack gap="sm" ref={place} tabIndex={-1}>
      <Alert color="red" title={p.promotion.refused} role="alert">
        <Text size="sm">{p.promotion.refusedHint}</Text>
        {requestId !== undefined && (
          <Text size="xs" ff="monospace" className="tally-break">
            {text.errors.requestId(requestId)}
          </Text>
        )}
      </Alert>
      <GateTable gates={gates} currency={found.data?.results?.currency ?? null} />
      <Override {...{ experiment, gates, isBusy, onOverride }} />
    </Stack>
  );
}

function Override({ experiment, gates, isBusy, onOverride }: Omit<Props, "requestId">) {
  const [reason, setReason] = useState("");
  const hint = whyNot(experiment, gates);
  if (hint !== null) {
    return (
      <Text size="sm" c="dimmed">
        {hint}
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <Textarea
        label={p.promotion.overrideReason}
        description={p.promotion.overrideHint}
        autosize
        minRows={2}
        maxLength={2000}
        dir="auto"
        value={reason}
        onChange={({ currentTarget }) => setReason(currentTarget.value)}
      />
      <Group justify="flex-end">
        <Button
          color="red"
          loading={isBusy}
          disabled={reason.trim() === ""}
          onClick={() => onOverride(reason.trim())}
        >
          {p.promotion.overrideSubmit}
        </Button>
      </Group>
    </Stack>
  );
}

/** Why the person who is signed in cannot override the gates, null if they can. */
function whyNot({ createdBy }: Experiment, gates: readonly Gate[]): string | null {
  if (!isOverridable(gates)) return p.promotion.overrideNever;
  if (!may("admin")) return p.promotion.overrideAdmin;
  return createdBy === currentSubject() ? p.promotion.overrideOwn : null;
}
