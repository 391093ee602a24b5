/** A quarantined row as a form has it: a text for each column, and the values that were changed. */
import type { Body, Result } from "@/api/client";

export type QuarantinedRow = Result<"/api/v1/ingest/quarantine">["content"][number];
export type Corrections = NonNullable<
  NonNullable<Body<"/api/v1/ingest/quarantine/redrive", "post">["corrections"]>[string]
>;

export type EditableColumn = {
  name: string;
  /** The value as received; undefined if the row lacks the column. */
  value: unknown;
  /** The value as it is shown in an input. */
  shown: string;
};

/** Returns the columns of a row, those of its errors that it lacks included; null if the row is not a whole record. */
export function columnsOf({ raw, raw_is_cut, errors }: QuarantinedRow): EditableColumn[] | null {
  const record = raw_is_cut ? null : parse(raw);
  if (record === null) return null;
  const lacking = errors
    .map(({ field }) => fieldOf(field))
    .filter((field) => field !== "" && !Object.hasOwn(record, field));
  return [
    ...Object.entries(record).map(([name, value]) => ({ name, value, shown: shownAs(value) })),
    ...[...new Set(lacking)].map((name) => ({ name, value: undefined, shown: "" })),
  ];
}

/** Returns the columns whose text was changed, as values: what was not a text is read as JSON where it can be. */
export function correctionsOf(
  columns: readonly EditableColumn[],
  typed: Readonly<Record<string, string>>,
): Corrections {
  const changed = columns.filter(({ name, shown }) => typed[name] !== undefined && typed[name] !== shown);
  return Object.fromEntries(changed.map(({ name, value }) => [name, valueOf(typed[name] ?? "", value)]));
}

/** Returns the column or field that a JSON pointer of an error is about; empty for the whole row. */
export function fieldOf(pointer: string): string {
  const [, first = ""] = pointer.split("/");
  return first.replaceAll("~1", "/").replaceAll("~0", "~");
}

function shownAs(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function valueOf(typed: string, former: unknown): unknown {
  if (typed === "") return null;
  if (typeof former === "string" || former === undefined) return typed;
  try {
    return JSON.parse(typed) as unknown;
  } catch {
    return typed;
  }
}

function parse(raw: string): Record<string, unknown> | null {
  try {
    const found: unknown = JSON.parse(raw);
    return typeof found === "object" && found !== null && !Array.isArray(found)
      ? (found as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
