/** Shows an answer of the API: a skeleton while it is awaited, the error with a retry, or what the children make of it. */
import { Skeleton, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ApiError } from "@/api/errors";
import { ErrorNotice } from "./ErrorNotice";

type Props<T> = {
  query: UseQueryResult<T, ApiError>;
  children: (data: T) => ReactNode;
  /** What to show while there is no answer yet; a few grey lines by default. */
  skeleton?: ReactNode;
};

export function Loaded<T>({ query, children, skeleton }: Props<T>) {
  const retry = () => void query.refetch();
  if (query.data !== undefined) {
    return (
      <>
        {query.error !== null && <ErrorNotice error={query.error} onRetry={retry} />}
        {children(query.data)}
      </>
    );
  }
  if (query.error !== null) return <ErrorNotice error={query.error} onRetry={retry} />;
  return <>{skeleton ?? <Lines />}</>;
}

function Lines() {
  return (
    <Stack gap="xs" aria-busy>
      {[90, 75, 82, 60].map((width) => (
        <Skeleton key={width} h={16} w={`${width}%`} />
      ))}
    </Stack>
  );
}
