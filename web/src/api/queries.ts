/** React Query over the typed client: what is read is cached by path and parameters, what is sent makes it stale. */
import {
  keepPreviousData,
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from "@tanstack/react-query";
import { call, type Method, type Parts, type PathsWith, type Result } from "./client";
import { type ApiError, toApiError } from "./errors";

const MOST_REPETITIONS = 2;

/** Returns the cache of the application; only failures that may pass are repeated, after the wait the API asks for. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: true,
        retry: (count, error) => count < MOST_REPETITIONS && isWorthRepeating(error),
        retryDelay: (count, error) => 1000 * (toApiError(error).retryAfter ?? 2 ** count),
      },
      mutations: { retry: false },
    },
  });
}

function isWorthRepeating(error: unknown): boolean {
  const failure = toApiError(error);
  return failure.isTemporary && (failure.retryAfter ?? 0) <= 5;
}

export type GetPath = PathsWith<"get">;
type Options<P extends GetPath> = Parts<P, "get"> & {
  enabled?: boolean;
  /** Milliseconds between two reads while the page is visible; may depend on the last answer. */
  every?: number | false | ((data: Result<P> | undefined) => number | false);
  /** Show the former answer while another question is being answered. */
  keep?: boolean;
};

/** Reads a path, e.g. `useApi("/api/v1/alerts", { query: { status: "active" } })`. */
export function useApi<P extends GetPath>(
  path: P,
  options: Options<P> = {},
): UseQueryResult<Result<P>, ApiError> {
  const { enabled = true, every = false, keep = false, ...parts } = options;
  return useQuery<Result<P>, ApiError>({
    queryKey: keyOf(path, parts),
    queryFn: ({ signal }) => call("get", path, { ...parts, signal }),
    enabled,
    refetchInterval: typeof every === "function" ? ({ state }) => every(state.data) : every,
    ...(keep ? { placeholderData: keepPreviousData } : {}),
  });
}

/** The key under which an answer is cached; its first part is the path, for `invalidate`. */
export function keyOf(path: string, parts: object = {}): readonly unknown[] {
  return [path, parts];
}

/** Sends to a path. Afterwards all answers below the paths in `changes` are read again. */
export function useSend<M extends Exclude<Method, "get">, P extends PathsWith<M>>(
  method: M,
  path: P,
  changes: readonly string[] = [],
): UseMutationResult<Result<P, M>, ApiError, Parts<P, M>> {
  const invalidate = useInvalidate();
  return useMutation<Result<P, M>, ApiError, Parts<P, M>>({
    mutationFn: (parts) => call(method, path, parts),
    onSuccess: () => invalidate(...changes),
  });
}

/** Returns a function that makes all answers stale whose path begins with one of the given ones. */
export function useInvalidate(): (...paths: readonly string[]) => Promise<void> {
  const client = useQueryClient();
  return (...paths) =>
    client.invalidateQueries({
      predicate: ({ queryKey }) => paths.some((path) => String(queryKey[0]).startsWith(path)),
    });
}
