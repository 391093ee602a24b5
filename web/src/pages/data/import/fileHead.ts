/** The beginning of a file, which is all of it that a preview reads, and what can be said of a file at once. */
import { text as t } from "@/text/dataImport";

/** The most that a preview takes. */
export const HEAD_BYTES = 1024 ** 2;
/** The most that an upload takes: S3 accepts no more in one request. */
export const MOST_BYTES = 5 * 1024 ** 3;

/** Beginnings of files that are no data although some of them could be taken for text. */
const SIGNATURES: readonly { bytes: readonly number[]; what: "workbook" | "pdf" | "image" }[] = [
  { bytes: [0x50, 0x4b, 0x03, 0x04], what: "workbook" },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], what: "workbook" },
  { bytes: [0x25, 0x50, 0x44, 0x46], what: "pdf" },
  { bytes: [0x89, 0x50, 0x4e, 0x47], what: "image" },
  { bytes: [0xff, 0xd8, 0xff], what: "image" },
  { bytes: [0x47, 0x49, 0x46, 0x38], what: "image" },
];

/** Returns why a file cannot be imported, as far as its size tells; null if nothing speaks against it. */
export function problemOfSize(size: number): string | null {
  if (size === 0) return t.wrongFiles.empty;
  return size > MOST_BYTES ? t.wrongFiles.tooLarge : null;
}

/** Returns why a file cannot be imported, as far as its first bytes tell; null if nothing speaks against it. */
export function problemOfBytes(head: Uint8Array): string | null {
  const found = SIGNATURES.find(({ bytes }) => bytes.every((byte, place) => head[place] === byte));
  return found === undefined ? null : t.wrongFiles[found.what];
}

/** Reads the beginning of a file, and nothing else of it. */
export async function readHead(file: Blob): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
}

/** Encodes bytes in base64, in pieces that fit on the stack. */
export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += 0x8000) {
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + 0x8000)));
  }
  return btoa(pieces.join(""));
}

/** Proposes the id of a source for a file: letters, digits and hyphens of its name. */
export function sourceIdFor(fileName: string): string {
  const stem = fileName.replace(/(\.[a-z0-9]{1,8}){1,2}$/i, "");
  const plain = stem
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .toLowerCase()
    .slice(0, 50);
  return plain.length >= 3 ? plain : "file-import";
}
