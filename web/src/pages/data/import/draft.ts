/** A file on its way: how it is to be read, and where it belongs. */
import { RECORD_FIELDS, type RecordType } from "@/api/records.gen";
import { toApiError } from "@/api/errors";
import { text as t } from "@/text/dataImport";
import { isDataType } from "../parts/dataTypes";
import type { Mapping } from "../sources/configuration";
import { problemOfBytes, problemOfSize, readHead, sourceIdFor, toBase64 } from "./fileHead";
import { findConfiguration } from "./upload";
import type { Shape } from "./mapping";
import { type Preview, suggest } from "./usePreview";

/** Where a mapping comes from: suggested by the columns, that of the source, or the name of a preset. */
export type Origin = "suggested" | "source" | (string & {});

export type Draft = {
  /** Tells the previews of one file from those of another. */
  id: string;
  file: File;
  /** The beginning of the file in base64. */
  content: string;
  /** What the API found first; null for a file of which it cannot read the beginning alone. */
  found: Preview | null;
  type: RecordType;
  /** The mapping with which it was found. */
  foundWith: Mapping;
  mapping: Mapping;
  origin: Origin;
  sourceId: string;
  sourceName: string;
  /** The questions about the file, which the API asks only as long as no mapping is given. */
  questions: readonly string[];
};

export type Wanted = { type: RecordType | null; sourceId: string };

/** A file that cannot be imported, with the reason. */
export class WrongFile extends Error {}

/** Reads the beginning of a file and asks the API about it.
 *
 * @throws WrongFile if it cannot be imported.
 * @throws ApiError if the API could not be asked.
 */
export async function beginDraft(file: File, wanted: Wanted): Promise<Draft> {
  const size = problemOfSize(file.size);
  if (size !== null) throw new WrongFile(size);
  const head = await readHead(file).catch(() => {
    throw new WrongFile(t.wrongFiles.unreadable);
  });
  const bytes = problemOfBytes(head);
  if (bytes !== null) throw new WrongFile(bytes);
  const draft = {
    id: crypto.randomUUID(),
    file,
    content: toBase64(head),
    sourceId: wanted.sourceId === "" ? sourceIdFor(file.name) : wanted.sourceId,
    sourceName: "",
    questions: [],
  };
  try {
    return await withSuggestion({ ...draft, ...NOTHING_FOUND, type: wanted.type ?? "transactions" }, wanted);
  } catch (error) {
    const failure = toApiError(error);
    if (failure.status !== 422 && failure.status !== 400) throw failure;
    if (isLargeParquet(head, file))
      return { ...draft, ...NOTHING_FOUND, type: wanted.type ?? "transactions" };
    throw new WrongFile(t.wrongFiles.notRead(failure.message));
  }
}

const NOTHING_FOUND = { found: null, foundWith: {}, mapping: {}, origin: "suggested" } as const;

/** The index of a Parquet file is at its end, so that its beginning alone says nothing. */
function isLargeParquet(head: Uint8Array, file: File): boolean {
  return file.size > head.length && String.fromCharCode(...head.subarray(0, 4)) === "PAR1";
}

/** Lets the API suggest how a file is read; a source that reads this type already keeps its mapping. */
export async function withSuggestion(draft: Draft, { type, sourceId }: Wanted): Promise<Draft> {
  const source = sourceId === "" ? null : await findConfiguration(sourceId);
  const found = await suggest(draft.content, type, source === null ? undefined : sourceId);
  const chosen = isDataType(found.data_type) ? found.data_type : draft.type;
  const ofSource = source?.mappings?.[chosen];
  const isOfSource = found.mapping_used === "source" && ofSource !== undefined;
  const mapping: Mapping = isOfSource ? ofSource : (found.suggested_mapping ?? {});
  return {
    ...draft,
    found,
    type: chosen,
    foundWith: mapping,
    mapping,
    origin: isOfSource ? "source" : (found.preset ?? "suggested"),
    questions: found.questions,
  };
}

/** Returns the first preview if it is one with a mapping; a corrected mapping has none yet. */
export function previewOf({ found, foundWith }: Draft, mapping: Mapping): Preview | null {
  return mapping === foundWith ? found : null;
}

/** The currency of the previewed rows, if they have only one. */
export function currencyIn(preview: Preview | null): string | null {
  const found = new Set(
    (preview?.records ?? []).flatMap(({ records }) => records.map(({ currency }) => currency)),
  );
  const [only] = found;
  return found.size === 1 && typeof only === "string" ? only : null;
}

/** The columns of a file and the fields of its data type. */
export function shapeOf(preview: Preview | null, type: RecordType): Shape {
  const rows = (preview?.records ?? []).map(({ source }) => source);
  return {
    columns: (preview?.columns ?? []).map(({ name }) => name),
    fields: RECORD_FIELDS[type].map(({ name }) => name),
    // A path leads into nested records: no record has a member of that name itself.
    isPath: (column) =>
      /[.[^]/.test(column) &&
      !rows.some((row) => typeof row === "object" && row !== null && Object.hasOwn(row, column)),
  };
}
