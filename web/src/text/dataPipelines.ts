/** Text of the page `/data/pipelines`. */
type Words = Readonly<Record<string, string>>;

export const text = {
  title: "Pipelines",
  description: "Whether data pass in time, stage by stage, and which stage holds them up.",
  stages: "Stages of the pipeline",
  names: {
    "batch-ingest": "Batches",
    "file-ingest": "Files",
    "stream-analytics": "Event stream",
    merge: "Merge",
    "customer-models": "Customer models",
    "drift-profiles": "Drift profiles",
    "live-push": "Live updates",
    replay: "Replay",
  } as Words,
  stageNames: {
    compute: "Compute",
    connect: "Connections",
    consume: "Consume",
    deliver: "Deliver",
    load: "Load",
    merge: "Merge",
    notify: "Notify",
    queue: "Queue",
    "roll-up": "Roll up",
    run: "Run",
    sources: "Sources",
  } as Words,
  statuses: { healthy: "Healthy", degraded: "Degraded", down: "Down", idle: "Idle" },
  passed: "Passed",
  passedOf: (out: string, all: string, unit: string) => `${out} of ${all} ${unit}`,
  waiting: "Waiting",
  waitingSince: (count: string, time: string) => `${count}, up to ${time}`,
  lag: "Late by",
  onTime: "On time",
  deadLetters: "Dead letters",
  freshness: "Freshness",
  freshnessHint:
    "Time since the moment up to which everything received has passed all stages, and the most that the objective allows.",
  completeness: "Completeness",
  completenessHint:
    "Share of the rows of the last 24 hours with a final outcome, and the least that the objective allows.",
  burnRate: "Burn rate",
  burnRateHint: "How fast the error budget is used up: above 1, the objective is missed in the long run.",
  within: (value: string, objective: string) => `${value} (objective ${objective})`,
};
