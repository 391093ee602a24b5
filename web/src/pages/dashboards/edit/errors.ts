/** Where the errors of the API belong: it names fields by JSON pointer. Pure. */
import type { FieldError } from "@/api/errors";
import type { Widget } from "../model";

/** Errors by the pointer below their widget, e.g. `/configuration/metric_type`. */
export type WidgetErrors = Readonly<Record<string, string>>;

const IN_WIDGET = /^\/widgets\/(\d+)(\/.*)?$/;

/** Returns the errors of the dashboard's own fields by their names. */
export function fieldErrors(fields: readonly FieldError[]): Record<string, string> {
  const own = fields.filter(({ field }) => !IN_WIDGET.test(field));
  return merged(own.map(({ field, message }) => [field.replace(/^\//, ""), message]));
}

/** Returns the errors of each widget that was sent, by its id. */
export function errorsByWidget(
  fields: readonly FieldError[],
  sent: readonly Widget[],
): Readonly<Record<string, WidgetErrors>> {
  const found: Record<string, [string, string][]> = {};
  for (const { field, message } of fields) {
    const [, place, below = ""] = IN_WIDGET.exec(field) ?? [];
    const id = place === undefined ? undefined : sent[Number(place)]?.widget_id;
    if (id !== undefined) (found[id] ??= []).push([below, message]);
  }
  return Object.fromEntries(Object.entries(found).map(([id, errors]) => [id, merged(errors)]));
}

/** Returns the errors at a field or below it, as one sentence; undefined if there are none. */
export function errorAt(errors: WidgetErrors, pointer: string): string | undefined {
  const messages = Object.entries(errors)
    .filter(([field]) => isAt(field, pointer))
    .map(([, message]) => message);
  return messages.length === 0 ? undefined : messages.join("; ");
}

/** Returns the errors that belong to none of the fields that a form has. */
export function otherErrors(errors: WidgetErrors, pointers: readonly string[]): string[] {
  return Object.entries(errors)
    .filter(([field]) => !pointers.some((each) => isAt(field, each)))
    .map(([field, message]) => `${field} ${message}`);
}

function isAt(field: string, pointer: string): boolean {
  return field === pointer || field.startsWith(`${pointer}/`);
}

function merged(errors: readonly (readonly [string, string])[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [field, message] of errors)
    found[field] = found[field] ? `${found[field]}; ${message}` : message;
  return found;
}
