/** Sends requests to the API, typed by its OpenAPI document. */
import axios, { type AxiosRequestConfig } from "axios";
import { toApiError } from "./errors";
import type { paths } from "./schema.gen";
import { fillIn, unwrap, withoutBlanks } from "./wire";
import { accessToken, renewedToken } from "@/session/session";

export type Method = "get" | "post" | "put" | "delete";
export type PathsWith<M extends Method> = {
  [P in keyof paths]: paths[P][M] extends { responses: unknown } ? P : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends Method> = paths[P][M];
type Content<R> = R extends { content: { "application/json": infer B } } ? B : never;
type Success<O> = O extends { responses: infer R }
  ? { [S in keyof R]: S extends 200 | 201 | 202 ? Content<R[S]> : never }[keyof R]
  : never;
/** The body of a success without the envelope of the Commerce dialect. */
type Unwrapped<B> = B extends { success?: boolean; data: infer D } ? D : B;
type Part<O, N extends "query" | "path"> = O extends { parameters: infer P }
  ? N extends keyof P
    ? NonNullable<P[N]>
    : Record<string, never>
  : Record<string, never>;
type BodyOf<O> = O extends { requestBody?: { content: { "application/json": infer B } } } ? B : never;

/** What the API returns for a path, e.g. `Result<"/api/v1/alerts">`. */
export type Result<P extends keyof paths, M extends Method = "get"> = Unwrapped<Success<Operation<P, M>>>;
/** The query parameters of a path. */
export type Query<P extends keyof paths, M extends Method = "get"> = Part<Operation<P, M>, "query">;
/** The JSON body of a path. */
export type Body<P extends keyof paths, M extends Method> = NonNullable<BodyOf<Operation<P, M>>>;

/** A value of a query parameter that is not sent when it is undefined, null or empty. */
type Loose<T> = { [K in keyof T]?: T[K] | null | undefined };

export type Parts<P extends keyof paths, M extends Method> = {
  path?: Part<Operation<P, M>, "path">;
  query?: Loose<Query<P, M>>;
  body?: Body<P, M>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
};

/** A request without its token. */
export type Sent = Pick<
  AxiosRequestConfig,
  "method" | "url" | "params" | "data" | "signal" | "responseType"
> & {
  headers?: Record<string, string>;
};

const http = axios.create({ paramsSerializer: { indexes: null }, timeout: 35_000 });

/** Sends a request and returns the body without its envelope.
 *
 * A token that has expired meanwhile is renewed once. A POST carries an idempotency key, so that a repetition after a
 * lost answer has no second effect.
 *
 * @throws ApiError for every other answer than a success, and for requests without an answer.
 */
export async function call<P extends keyof paths, M extends Method>(
  method: M,
  path: P,
  parts: Parts<P, M> = {},
): Promise<Result<P, M>> {
  const config: Sent = {
    method,
    url: fillIn(path, parts.path),
    params: withoutBlanks(parts.query),
    ...(parts.body === undefined ? {} : { data: parts.body }),
    ...(parts.signal === undefined ? {} : { signal: parts.signal }),
    headers: { ...(method === "post" ? { "Idempotency-Key": crypto.randomUUID() } : {}), ...parts.headers },
  };
  return unwrap((await send(config)).data) as Result<P, M>;
}

/** Sends a request with the session's token, renewed once if the API no longer accepts it. */
export async function send<T = unknown>(config: Sent) {
  const attempt = (token: string) =>
    http.request<T>({ ...config, headers: { ...config.headers, Authorization: `Bearer ${token}` } });
  const token = await accessToken();
  try {
    return await attempt(token);
  } catch (error) {
    const failure = toApiError(error);
    if (failure.status !== 401) throw failure;
  }
  try {
    return await attempt(await renewedToken(token));
  } catch (error) {
    throw toApiError(error);
  }
}
