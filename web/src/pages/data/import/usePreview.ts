/** What the API makes of the beginning of a file, with a mapping or with the one that it suggests itself. */
import { keepPreviousData, useQuery, type UseQueryResult } from "@tanstack/react-query";
import { type Body, call, type Result } from "@/api/client";
import { type ApiError, toApiError } from "@/api/errors";
import type { RecordType } from "@/api/records.gen";
import type { Mapping } from "../sources/configuration";

export type Preview = Result<"/api/v1/ingest/preview", "post">;
type Request = Body<"/api/v1/ingest/preview", "post">;

/** Asks for a preview without a mapping: with a source, its mapping applies, otherwise the suggested one. */
export function suggest(content: string, type: RecordType | null, sourceId?: string): Promise<Preview> {
  const body = {
    content,
    ...(type === null ? {} : { data_type: type }),
    ...(sourceId === undefined ? {} : { source_id: sourceId }),
  };
  return call("post", "/api/v1/ingest/preview", { body: body as Request });
}

type Question = {
  id: string;
  content: string;
  type: RecordType;
  mapping: Mapping;
  /** The preview with this mapping, if it is there already. */
  first: Preview | null;
  /** Whether the beginning of the file can be read alone. */
  isReadable: boolean;
};

/** Reads the preview of a mapping; the former one stays in view while another one is tried. */
export function usePreview({
  id,
  content,
  type,
  mapping,
  first,
  isReadable,
}: Question): UseQueryResult<Preview, ApiError> {
  return useQuery<Preview, ApiError>({
    queryKey: ["preview", id, type, mapping],
    queryFn: ({ signal }) =>
      call("post", "/api/v1/ingest/preview", {
        body: { content, data_type: type, mapping } as Request,
        signal,
      }).catch((error: unknown) => Promise.reject(toApiError(error))),
    enabled: isReadable,
    placeholderData: keepPreviousData,
    ...(first === null ? {} : { initialData: first }),
    staleTime: Infinity,
    gcTime: 60_000,
  });
}
