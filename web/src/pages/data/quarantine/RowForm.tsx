/** Corrects the values of a row, tries them, and redrives the row. */
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { type ApiError, toApiError } from "@/api/errors";
import { useInvalidate } from "@/api/queries";
import { ErrorNotice } from "@/components/ErrorNotice";
import { text as q } from "@/text/dataQuarantine";
import { correctionsOf, type EditableColumn, fieldOf, type QuarantinedRow } from "./editing";
import { Errors } from "./quarantineColumns";
import { Found } from "./RedriveDialog";
import { redrive, type Redriven } from "./redrives";

type Props = { row: QuarantinedRow; columns: readonly EditableColumn[]; onClose: () => void };

export function RowForm({ row, columns, onClose }: Props) {
  const [typed, setTyped] = useState<Record<string, string>>({});
  const invalidate = useInvalidate();
  const attempt = useMutation<Redriven, ApiError, boolean>({
    mutationFn: (isDryRun) => {
      const corrections = { [row.id]: correctionsOf(columns, typed) };
      return redrive({ ids: [row.id] }, { isDryRun, corrections }).catch((error: unknown) =>
        Promise.reject(toApiError(error)),
      );
    },
    onSuccess: async ({ dry_run, accepted }) => {
      if (dry_run || accepted === 0) return;
      notifications.show({ message: q.repaired(row.row), color: "green" });
      onClose();
      await invalidate("/api/v1/ingest", "/api/v1/data-quality");
    },
  });
  const again = attempt.data?.rejected_rows.find(({ id }) => id === row.id)?.errors;
  const errors = attempt.data === undefined ? row.errors : (again ?? []);

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        attempt.mutate(false);
      }}
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {q.editHint}
        </Text>
        {columns.map(({ name, shown, value }) => (
          <TextInput
            key={name}
            label={name}
            {...(value === undefined ? { description: q.lacking } : {})}
            value={typed[name] ?? shown}
            onChange={({ currentTarget }) => {
              setTyped({ ...typed, [name]: currentTarget.value });
              attempt.reset();
            }}
            error={messagesAt(name, errors)}
            dir="auto"
            classNames={{ label: "tally-break" }}
          />
        ))}
        {again && (
          <Errors
            errors={again.filter(({ field }) => columns.every(({ name }) => name !== fieldOf(field)))}
          />
        )}
        {attempt.error && <ErrorNotice error={attempt.error} />}
        {attempt.data && <Found result={attempt.data} />}
        <Group justify="flex-end">
          <Button variant="default" loading={attempt.isPending} onClick={() => attempt.mutate(true)}>
            {q.tryRow}
          </Button>
          <Button type="submit" loading={attempt.isPending}>
            {q.redriveRow}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function messagesAt(name: string, errors: QuarantinedRow["errors"]): string | null {
  const found = errors.filter(({ field }) => fieldOf(field) === name).map(({ message }) => message);
  return found.length === 0 ? null : found.join("; ");
}
