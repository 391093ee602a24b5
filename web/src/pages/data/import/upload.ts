/** Loads a file: saves the mapping with its source, announces the file, and sends it to the store. */
import axios from "axios";
import { call } from "@/api/client";
import { ApiError } from "@/api/errors";
import type { RecordType } from "@/api/records.gen";
import { text as t } from "@/text/dataImport";
import {
  type Mapping,
  readConfiguration,
  type SourceConfiguration,
  toSend,
  withMapping,
} from "../sources/configuration";

const SOURCE = "/api/v1/ingest/sources/{source_id}";

/** Returns the configuration of a source; null if there is no such source.
 *
 * It is looked for in the list, because a new source is no error, and most platforms have fewer than a page of them.
 */
export async function findConfiguration(sourceId: string): Promise<SourceConfiguration | null> {
  for (let page = 0; ; page += 1) {
    const { content, last } = await call("get", "/api/v1/ingest/sources", {
      query: { page, size: 100, active_only: "false", sort: "source_id" },
    });
    const found = content.find(({ source_id }) => source_id === sourceId);
    if (found !== undefined) return readConfiguration(found.configuration).configured;
    if (last) return null;
  }
}

/** Lets a source read a data type by a mapping, and keeps all else that is configured. */
export async function saveMapping(
  sourceId: string,
  found: SourceConfiguration | null,
  { type, mapping, name }: { type: RecordType; mapping: Mapping; name: string },
): Promise<void> {
  const isEmpty = Object.keys(mapping).length === 0;
  const configured = withMapping(found ?? {}, type, isEmpty ? undefined : mapping);
  const named = name.trim() === "" ? configured : { ...configured, name: name.trim() };
  if (JSON.stringify(named) === JSON.stringify({ ...found, mappings: found?.mappings ?? {} })) return;
  await call("put", SOURCE, { path: { source_id: sourceId }, body: toSend(named) });
}

export type UploadRequest = Parameters<typeof call<"/api/v1/ingest/uploads", "post">>[2] extends
  { body?: infer B } | undefined
  ? NonNullable<B>
  : never;

export type UploadProgress = { sent: number; total: number; secondsLeft: number | null };

/** Sends a file, and returns the batch that it is loaded as.
 *
 * The file goes to the store itself, with an address that is good for this file only. What is stopped on the way is
 * cancelled, so that nothing waits for it.
 */
export async function uploadFile(
  file: File,
  request: Pick<UploadRequest, "source_id" | "data_type" | "format" | "compression">,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (progress: UploadProgress) => void },
): Promise<string> {
  const { batch_id, url, headers } = await call("post", "/api/v1/ingest/uploads", {
    body: { ...request, size: file.size } as UploadRequest,
    signal,
  });
  try {
    await axios.put(url, file, {
      headers,
      signal,
      onUploadProgress: ({ loaded, estimated }) =>
        onProgress({ sent: loaded, total: file.size, secondsLeft: estimated ?? null }),
    });
  } catch (error) {
    await call("post", "/api/v1/ingest/batches/{batch_id}/cancel", { path: { batch_id } }).catch(
      () => undefined,
    );
    throw toUploadError(error);
  }
  return batch_id;
}

/** The store answers in XML, which says nothing to people. */
function toUploadError(error: unknown): unknown {
  if (axios.isCancel(error)) return error;
  const status = axios.isAxiosError(error) ? (error.response?.status ?? 0) : 0;
  return new ApiError({
    status,
    code: "UPLOAD_FAILED",
    message:
      status === 403 ? t.upload.expired : status === 0 ? t.upload.interrupted : t.upload.refused(status),
  });
}
