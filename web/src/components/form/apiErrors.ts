/** Puts the field errors of the API at the fields of a form. */
import { ApiError, type FieldError } from "@/api/errors";

export type PlacedErrors = {
  /** Messages by the path of a form's field, e.g. `variants.0.name`. */
  errors: Record<string, string>;
  /** The error with the fields that the form does not have. */
  rest: ApiError;
};

/** Places every field error. `place` returns the form's field for a path of the API, null if there is none. */
export function placeErrors(error: ApiError, place: (path: string) => string | null): PlacedErrors {
  const errors: Record<string, string> = {};
  const unplaced: FieldError[] = [];
  for (const each of error.fields) {
    const path = pathOf(each.field);
    const field = place(path);
    if (field === null) unplaced.push(each);
    else errors[field] = joined(errors[field], field === path ? each.message : `${path}: ${each.message}`);
  }
  const { status, code, message, details, requestId, retryAfter } = error;
  return {
    errors,
    rest: new ApiError({ status, code, message, details, requestId, retryAfter, fields: unplaced }),
  };
}

/** Returns a path with dots, e.g. of the JSON pointer `/variants/0/name`; paths with dots as they are. */
export function pathOf(field: string): string {
  if (!field.startsWith("/")) return field;
  const parts = field.slice(1).split("/");
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~")).join(".");
}

function joined(former: string | undefined, message: string): string {
  return former === undefined ? message : `${former}; ${message}`;
}
