/** Reads an experiment with its results, which costs a query of the lake. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { Experiment } from "./moves";
import type { ApiError } from "@/api/errors";
import { useApi } from "@/api/queries";

/** Results change with every decision while an experiment runs. */
const EVERY = 60_000;

export function useResults(
  { id, status }: Pick<Experiment, "id" | "status">,
  asOf = "",
): UseQueryResult<Experiment, ApiError> {
  return useApi("/api/v1/analytics/experiments/{experiment_id}", {
    path: { experiment_id: id },
    query: { asOf },
    every: status === "running" && asOf === "" ? EVERY : false,
    keep: true,
  });
}
