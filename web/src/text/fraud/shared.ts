/** Text that the pages below `/fraud` share. */
export const shared = {
  area: "Fraud",
  tabs: {
    overview: "Overview",
    live: "Live",
    cohorts: "Cohorts",
    matrix: "Confusion matrix",
    drift: "Drift",
  },
  asOf: {
    label: "As of",
    now: "As of now",
    hint: "Answers as they would have been at this time: only the decisions made and the labels given until then count.",
  },
  exports: { metrics: "Export metrics", cohorts: "Export cohorts", decisions: "Export decisions" },
  range: {
    utc: "Days are UTC days.",
  },
  states: {
    labelled: "Labelled",
    presumed: "Presumed",
    pending: "Pending",
    unverified: "Unverified",
  },
  stateHints: {
    labelled: () => "The truth was reported: by a chargeback, a review, a customer, or a dispute.",
    presumed: (days: number) => `Approved, without a complaint for ${days} days: counted as legitimate.`,
    pending: (days: number) =>
      `Approved less than ${days} days ago, without a label: counted as legitimate so far, and may still turn out to be fraud.`,
    unverified: () =>
      "Reviewed or declined, and never checked. A stopped sale brings no chargeback, so silence proves nothing: counted neither as right nor as wrong.",
  },
  outcomes: { approve: "Approved", review: "Reviewed", decline: "Declined" } as Readonly<
    Record<string, string>
  >,
  labels: { fraud: "Fraud", legitimate: "Legitimate" } as Readonly<Record<string, string>>,
  bounds: {
    between: (low: string, high: string) => `between ${low} and ${high}`,
    exactly: (value: string) => `certain: ${value}`,
    range: (low: string, high: string) => `${low} to ${high}`,
    hint: "Where the number can end once every pending and unverified decision is known. It holds unless a label is revised, or comes after the maturity horizon.",
    undefined: "No bounds: there are no decisions that it could be computed from.",
    certain: "Does not depend on labels: it will not change.",
  },
  matured: {
    label: "Matured",
    hint: (days: number) =>
      `Over the decisions that are at least ${days} days old: most labels have arrived.`,
    none: (days: number) => `No decision in this range is ${days} days old yet.`,
  },
  estimated: {
    label: "Estimated",
    hint: "Includes the fraud labels that are still expected, from how long labels usually take; with its 95% interval.",
    reasons: {
      "too few labels":
        "No estimate: fewer than 50 fraud labels have arrived within the maturity horizon, too few to learn how long labels take.",
      "too few known": "No interval: fewer than 10 missed frauds are known.",
    } as Readonly<Record<string, string>>,
    unknownReason: (reason: string) => `No estimate: ${reason}.`,
    undefined: "No estimate: there is nothing to estimate from.",
    excluded: (count: string) =>
      `${count} decisions are too young to estimate from (less than 5% of their labels can have arrived) and are left out.`,
  },
  noValue: "No value: there are no decisions that it could be computed from.",
  decisions: {
    label: "Decisions",
    id: "Decision",
    time: "Time",
    outcome: "Outcome",
    score: "Score",
    scoreHint: "Probability of fraud, as the model scored it.",
    amount: "Amount",
    merchant: "Merchant",
    channel: "Channel",
    riskBand: "Risk",
    model: "Model",
    truth: "Truth",
    empty: "No decisions yet",
  },
};
