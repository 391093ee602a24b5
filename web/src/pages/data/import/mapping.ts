/** Edits a mapping column by column, in the terms of `docs/mapping.md`. Every function returns another mapping. */
import type { Mapping } from "../sources/configuration";

/** What becomes of a column: a field, an attribute beside the fields, nothing, or what the preset says. */
export type Target =
  { kind: "field"; field: string } | { kind: "attribute" } | { kind: "dropped" } | { kind: "preset" };

/** The columns of a file, and the fields of the data type. */
export type Shape = {
  columns: readonly string[];
  fields: readonly string[];
  /** Whether a column is a path into nested records, which needs a name of its own. */
  isPath: (column: string) => boolean;
};

/** How a field is filled otherwise than by a column. */
export const FILLINGS = ["templates", "expressions", "constants", "defaults"] as const;
export type Filling = (typeof FILLINGS)[number];
export type Filled = { field: string; by: Filling; value: string };

/** Returns the name by which a mapping knows a column: its own, or that of the path to it. */
export function sourceName(mapping: Mapping, column: string, { isPath }: Pick<Shape, "isPath">): string {
  const known = Object.entries(mapping.records?.fields ?? {}).find(([, path]) => path === column);
  if (known !== undefined) return known[0];
  return isPath(column) ? plainName(column) : column;
}

/** Returns what becomes of a column. */
export function targetOf(mapping: Mapping, column: string, shape: Shape): Target {
  const name = sourceName(mapping, column, shape);
  const field = mapping.columns?.[name];
  if (field !== undefined) return { kind: "field", field };
  const drop = mapping.drop ?? [];
  if (drop.includes(name)) return { kind: "dropped" };
  const isField = shape.fields.includes(name) && (!shape.isPath(column) || isNamed(mapping, name));
  if (mapping.preset != null) return { kind: "preset" };
  if (isField) return { kind: "field", field: name };
  return drop.includes("*") || shape.isPath(column) ? { kind: "dropped" } : { kind: "attribute" };
}

/** Gives a column another target. A field that it takes is filled in no other way any more. */
export function withTarget(mapping: Mapping, column: string, target: Target, shape: Shape): Mapping {
  const name = sourceName(mapping, column, shape);
  const drop = (mapping.drop ?? []).filter((each) => each !== name);
  const columns = without(mapping.columns, name);
  if (target.kind === "preset") return tidy({ ...mapping, columns, drop });
  if (target.kind === "dropped") return tidy({ ...mapping, columns, drop: [...drop, name] });
  if (target.kind === "attribute") {
    return tidy({ ...mapping, columns, drop: shape.fields.includes(name) ? [...drop, name] : drop });
  }
  const { field } = target;
  const others = Object.fromEntries(Object.entries(columns).filter(([, each]) => each !== field));
  const named = shape.isPath(column) && !isNamed(mapping, name) ? withPath(mapping, name, column) : mapping;
  // A column that has the name of the field would fill it as well.
  const rival = field !== name && shape.columns.includes(field) && !(field in others) ? [field] : [];
  const needsEntry = name !== field || mapping.preset != null;
  return tidy({
    ...named,
    columns: needsEntry ? { ...others, [name]: field } : others,
    drop: [...drop.filter((each) => !rival.includes(each)), ...rival],
    templates: without(mapping.templates, field),
    expressions: without(mapping.expressions, field),
    constants: without(mapping.constants, field),
  });
}

/** Returns the fields that are filled otherwise than by a column. */
export function filledOtherwise(mapping: Mapping): Filled[] {
  return FILLINGS.flatMap((by) =>
    Object.entries(mapping[by] ?? {}).map(([field, value]) => ({ field, by, value: String(value) })),
  );
}

/** Fills a field by a template, an expression, a constant or a default; an empty value ends that. */
export function withFilled(mapping: Mapping, { field, by, value }: Filled): Mapping {
  const rest = Object.fromEntries(FILLINGS.map((each) => [each, without(mapping[each], field)]));
  const filled = value === "" ? rest : { ...rest, [by]: { ...rest[by], [field]: value } };
  return tidy({ ...mapping, ...filled });
}

/** Returns the required fields that nothing fills. */
export function missingFields(mapping: Mapping, required: readonly string[], shape: Shape): string[] {
  if (mapping.preset != null) return [];
  const filled = new Set([
    ...shape.columns.flatMap((column) => {
      const target = targetOf(mapping, column, shape);
      return target.kind === "field" ? [target.field] : [];
    }),
    ...filledOtherwise(mapping).map(({ field }) => field),
    ...Object.keys(mapping.records?.fields ?? {}),
    ...(mapping.allocate ?? []).map(({ to }) => to),
  ]);
  return required.filter((field) => !filled.has(field));
}

/** Sets a part of a mapping, e.g. its time zone; undefined removes it. */
export function withPart<K extends keyof Mapping>(
  mapping: Mapping,
  part: K,
  value: Mapping[K] | undefined,
): Mapping {
  return tidy({ ...mapping, [part]: value });
}

/** Sets an entry of a table of a mapping, e.g. the formats of a time; undefined removes it. */
export function withEntry<K extends "date_formats" | "numbers" | "values" | "suffixes">(
  mapping: Mapping,
  table: K,
  name: string,
  value: NonNullable<Mapping[K]>[string] | undefined,
): Mapping {
  const rest = without(mapping[table] as Readonly<Record<string, unknown>> | undefined, name);
  return tidy({ ...mapping, [table]: value === undefined ? rest : { ...rest, [name]: value } });
}

function isNamed(mapping: Mapping, name: string): boolean {
  return Object.hasOwn(mapping.records?.fields ?? {}, name);
}

function withPath(mapping: Mapping, name: string, path: string): Mapping {
  const records = mapping.records ?? { or_document: false };
  return { ...mapping, records: { ...records, fields: { ...records.fields, [name]: path } } };
}

/** As the API names paths in its suggestions. */
function plainName(path: string): string {
  return path
    .replaceAll("^", "parent")
    .replace(/[^\p{L}\p{N}_]+/gu, "_")
    .replace(/^_+|_+$/g, "");
}

function without<T>(table: Readonly<Record<string, T>> | undefined, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(table ?? {}).filter(([each]) => each !== name));
}

/** Leaves out what is empty, so that a mapping stays as short as a person would write it. */
function tidy(mapping: { [K in keyof Mapping]: Mapping[K] | undefined }): Mapping {
  const entries = Object.entries(mapping).filter(([, value]) => {
    if (value === undefined || value === null) return false;
    return typeof value !== "object" || Object.keys(value).length > 0;
  });
  return Object.fromEntries(entries);
}
