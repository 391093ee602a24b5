/** Saves the mapping with its source and sends the file, with progress; can be stopped on the way. */
import { Button, Group, Paper, Progress, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconUpload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { isCancel } from "axios";
import { type ApiError, toApiError } from "@/api/errors";
import { useInvalidate } from "@/api/queries";
import { ErrorNotice } from "@/components/ErrorNotice";
import { formatBytes, formatSeconds } from "@/format/numbers";
import { text } from "@/text";
import { text as t } from "@/text/dataImport";
import { nameOfType } from "../parts/dataTypes";
import type { SourceConfiguration } from "../sources/configuration";
import type { Draft } from "./draft";
import { SOURCE_ID } from "./Settings";
import {
  findConfiguration,
  saveMapping,
  uploadFile,
  type UploadProgress,
  type UploadRequest,
} from "./upload";
import type { Preview } from "./usePreview";

type Props = {
  draft: Draft;
  preview: Preview | null;
  /** Whether the preview is that of the present mapping. */
  isTried: boolean;
  onUploaded: (batchId: string) => void;
};

export function LoadBar({ draft, preview, isTried, onUploaded }: Props) {
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const stop = useRef<AbortController>(null);
  const invalidate = useInvalidate();
  const load = useMutation<string | null, ApiError>({
    mutationFn: async () => {
      const controller = new AbortController();
      stop.current = controller;
      try {
        const found = await findConfiguration(draft.sourceId);
        if (!(await mayReplace(draft, found))) return null;
        if (draft.origin !== "source" || isChanged(draft, found)) {
          await saveMapping(draft.sourceId, found, {
            type: draft.type,
            mapping: draft.mapping,
            name: draft.sourceName,
          });
        }
        return await uploadFile(draft.file, requestFor(draft, preview), {
          signal: controller.signal,
          onProgress: setProgress,
        });
      } catch (error) {
        if (isCancel(error)) return null;
        throw toApiError(error);
      }
    },
    onSuccess: async (batchId) => {
      await invalidate("/api/v1/ingest");
      if (batchId !== null) onUploaded(batchId);
    },
    onSettled: () => setProgress(null),
  });
  const reason = reasonAgainst(draft, preview);
  return (
    <Paper
      component="section"
      withBorder
      p="sm"
      shadow="md"
      className="tally-surface"
      aria-label={t.upload.title}
    >
      <Stack gap="sm">
        {load.error && <ErrorNotice error={load.error} />}
        {progress !== null && <Sending progress={progress} />}
        <Group gap="sm">
          <Button
            size="sm"
            leftSection={<IconUpload size={16} aria-hidden />}
            loading={load.isPending}
            disabled={reason !== null || (preview !== null && !isTried)}
            onClick={() => load.mutate()}
          >
            {t.upload.load(draft.sourceId)}
          </Button>
          {progress !== null && (
            <Button size="sm" variant="default" onClick={() => stop.current?.abort()}>
              {text.actions.cancel}
            </Button>
          )}
          <Text size="sm" c="dimmed">
            {reason ?? (load.isPending && progress === null ? t.upload.saving : t.upload.hint)}
          </Text>
        </Group>
      </Stack>
    </Paper>
  );
}

function Sending({ progress }: { progress: UploadProgress }) {
  const { sent, total, secondsLeft } = progress;
  const percentage = total === 0 ? 100 : (100 * sent) / total;
  return (
    <Stack gap={4}>
      <Progress value={percentage} animated aria-label={t.upload.sending} />
      <Text size="sm" role="status">
        {t.upload.sent(formatBytes(sent), formatBytes(total))}
        {secondsLeft !== null && ` · ${t.upload.left(formatSeconds(secondsLeft))}`}
      </Text>
    </Stack>
  );
}

function reasonAgainst(draft: Draft, preview: Preview | null): string | null {
  if (!SOURCE_ID.test(draft.sourceId)) return t.upload.needsSource;
  return preview !== null && preview.valid_rows === 0 ? t.upload.nothingValid : null;
}

function requestFor(draft: Draft, preview: Preview | null) {
  return {
    source_id: draft.sourceId,
    data_type: draft.type,
    format: preview?.file.format ?? ("parquet" as const),
    compression: preview?.file.compression ?? null,
  } as Pick<UploadRequest, "source_id" | "data_type" | "format" | "compression">;
}

function isChanged(draft: Draft, found: SourceConfiguration | null): boolean {
  return JSON.stringify(found?.mappings?.[draft.type] ?? {}) !== JSON.stringify(draft.mapping);
}

/** Asks before another mapping of the source is replaced. */
async function mayReplace(draft: Draft, found: SourceConfiguration | null): Promise<boolean> {
  if (found?.mappings?.[draft.type] === undefined || !isChanged(draft, found)) return true;
  return new Promise((resolve) => {
    modals.openConfirmModal({
      title: t.upload.replaceTitle(draft.sourceId),
      children: <Text size="sm">{t.upload.replaceHint(nameOfType(draft.type))}</Text>,
      labels: { confirm: t.upload.replace, cancel: text.actions.cancel },
      onConfirm: () => resolve(true),
      onCancel: () => resolve(false),
    });
  });
}
