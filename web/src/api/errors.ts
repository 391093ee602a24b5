/** What went wrong with a request, in the words of the API, whichever dialect it answered in. */
import { isAxiosError, isCancel } from "axios";
import * as z from "zod/mini";
import { text } from "@/text";

export type FieldError = { field: string; message: string };

const field = z.looseObject({ field: z.string(), message: z.string() });
const commerce = z.looseObject({
  error: z.looseObject({
    code: z.string(),
    message: z.string(),
    details: z.optional(z.unknown()),
    field_errors: z.optional(z.nullable(z.array(field))),
  }),
  request_id: z.optional(z.string()),
});
const fraud = z.looseObject({
  error: z.string(),
  message: z.string(),
  details: z.optional(z.nullable(z.looseObject({ fields: z.optional(z.array(field)) }))),
  requestId: z.optional(z.string()),
});

/** A request that did not succeed. `status` is 0 when there was no answer at all. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: readonly FieldError[];
  readonly details: unknown;
  readonly requestId: string | undefined;
  /** Seconds to wait before the next attempt, if the API named them. */
  readonly retryAfter: number | undefined;

  constructor(parts: {
    status: number;
    code: string;
    message: string;
    fields?: readonly FieldError[];
    details?: unknown;
    requestId?: string | undefined;
    retryAfter?: number | undefined;
  }) {
    super(parts.message);
    this.name = "ApiError";
    this.status = parts.status;
    this.code = parts.code;
    this.fields = parts.fields ?? [];
    this.details = parts.details;
    this.requestId = parts.requestId;
    this.retryAfter = parts.retryAfter;
  }

  /** Whether a later attempt may succeed without anything being changed. */
  get isTemporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Returns any failure of a request as an ApiError; cancellations are passed on as they are. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (isCancel(error)) throw error;
  if (!isAxiosError(error) || error.response === undefined) {
    const isTimeout = isAxiosError(error) && error.code === "ECONNABORTED";
    return new ApiError({
      status: 0,
      code: "NO_ANSWER",
      message: isTimeout ? text.errors.timeout : text.errors.unreachable,
    });
  }
  const { status, headers } = error.response;
  return read(status, error.response.data, {
    requestId: header(headers["x-request-id"]),
    retryAfter: seconds(header(headers["retry-after"])),
  });
}

function read(
  status: number,
  data: unknown,
  rest: { requestId: string | undefined; retryAfter: number | undefined },
): ApiError {
  const inCommerce = commerce.safeParse(data);
  if (inCommerce.success) {
    const { error, request_id } = inCommerce.data;
    return new ApiError({
      status,
      ...rest,
      code: error.code,
      message: error.message,
      fields: error.field_errors ?? [],
      details: error.details,
      requestId: request_id ?? rest.requestId,
    });
  }
  const inFraud = fraud.safeParse(data);
  if (inFraud.success) {
    const { error, message, details, requestId } = inFraud.data;
    return new ApiError({
      status,
      ...rest,
      code: error,
      message,
      fields: details?.fields ?? [],
      details,
      requestId: requestId ?? rest.requestId,
    });
  }
  return new ApiError({ status, ...rest, code: `HTTP_${status}`, message: text.errors.unexpected(status) });
}

function header(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function seconds(value: string | undefined): number | undefined {
  const found = Number(value);
  return value !== undefined && Number.isFinite(found) ? found : undefined;
}
