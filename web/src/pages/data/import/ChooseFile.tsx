/** Takes a file that is dropped or chosen, and reads its beginning; says why another one cannot be imported. */
import "@mantine/dropzone/styles.css";
import { Alert, Button, Group, Loader, Stack, Text } from "@mantine/core";
import { Dropzone } from "@mantine/dropzone";
import { IconAlertTriangle, IconFileUpload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { toApiError } from "@/api/errors";
import { ErrorNotice } from "@/components/ErrorNotice";
import { text as t } from "@/text/dataImport";
import { beginDraft, type Draft, type Wanted, WrongFile } from "./draft";
import { exampleFile } from "./exampleFile";

type Props = { wanted: Wanted; onDraft: (draft: Draft) => void; isFirst: boolean };

export function ChooseFile({ wanted, onDraft, isFirst }: Props) {
  const open = useRef<() => void>(null);
  const reading = useMutation<Draft, unknown, File>({
    mutationFn: (file) => beginDraft(file, wanted),
    onSuccess: onDraft,
  });
  const read = (file: File | undefined) => file !== undefined && reading.mutate(file);
  return (
    <Stack gap="md">
      <Dropzone
        openRef={open}
        onDrop={([file]) => read(file)}
        multiple={false}
        disabled={reading.isPending}
        className="tally-surface"
        radius="md"
        inputProps={{ "aria-label": t.choose.input }}
      >
        <Stack align="center" justify="center" mih={220} gap="sm" ta="center">
          {reading.isPending ? (
            <>
              <Loader size="md" />
              <Text>{t.choose.reading(reading.variables.name)}</Text>
            </>
          ) : (
            <>
              <IconFileUpload size={42} stroke={1.4} aria-hidden />
              <Text fw={600}>{t.choose.drop}</Text>
              <Text size="sm" c="dimmed" maw={520}>
                {t.choose.formats}
              </Text>
            </>
          )}
        </Stack>
      </Dropzone>
      <Group justify="center" gap="sm">
        <Button size="sm" onClick={() => open.current?.()} disabled={reading.isPending}>
          {t.choose.button}
        </Button>
        {isFirst && (
          <Button
            size="sm"
            variant="default"
            disabled={reading.isPending}
            onClick={() => read(exampleFile(new Date()))}
          >
            {t.choose.example}
          </Button>
        )}
      </Group>
      {reading.error !== null && <Problem error={reading.error} file={reading.variables.name} />}
    </Stack>
  );
}

function Problem({ error, file }: { error: unknown; file: string }) {
  if (!(error instanceof WrongFile)) return <ErrorNotice error={toApiError(error)} />;
  return (
    <Alert
      color="red"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={t.choose.wrong(file)}
      role="alert"
    >
      {error.message}
    </Alert>
  );
}
