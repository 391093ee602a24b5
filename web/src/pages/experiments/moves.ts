/** The moves between the states of an experiment that the API allows. */
import type { components } from "@/api/schema.gen";

export type Experiment = components["schemas"]["Experiment"];
export type Status = components["schemas"]["ExperimentStatus"];
export type Move = "start" | "pause" | "resume" | "complete" | "archive";

export const STATUSES: readonly Status[] = [
  "draft",
  "running",
  "paused",
  "completed",
  "promoted",
  "archived",
];
export const STATUS_COLORS: Readonly<Record<Status, string>> = {
  draft: "gray",
  running: "blue",
  paused: "yellow",
  completed: "teal",
  promoted: "green",
  archived: "gray",
};

const MOVES: Readonly<Record<Status, readonly Move[]>> = {
  draft: ["start", "archive"],
  running: ["pause", "complete"],
  paused: ["resume", "complete"],
  completed: ["archive"],
  promoted: ["archive"],
  archived: [],
};
/** Moves that cannot be undone. */
export const FINAL: ReadonlySet<Move> = new Set<Move>(["complete", "archive"]);

export function movesFrom(status: Status): readonly Move[] {
  return MOVES[status];
}

/** Whether a variant can be promoted; a running experiment is completed first. */
export function isPromotable(status: Status): boolean {
  return status === "running" || status === "completed";
}

export function isStatus(name: string): name is Status {
  return (STATUSES as readonly string[]).includes(name);
}
