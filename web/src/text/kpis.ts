/** Names and formulas of the KPIs of fraud, and what is known of the decisions behind them. */
export const kpis = {
  names: {
    precision: "Precision",
    recall: "Recall",
    f1Score: "F1 score",
    captureRate: "Capture rate",
    approvalRate: "Approval rate",
    reviewRate: "Review rate",
    declineRate: "Decline rate",
    falsePositiveRate: "False positive rate",
    fraudRate: "Fraud rate",
    chargebackRate: "Chargeback rate",
    falsePositiveCost: "False positive cost",
    fraudLoss: "Fraud loss",
    decisionThroughput: "Throughput",
  },
  formulas: {
    precision: "Flagged decisions that are fraud ÷ flagged decisions with a known truth.",
    recall: "Flagged fraud ÷ all fraud.",
    f1Score: "Harmonic mean of precision and recall.",
    captureRate: "Amount of flagged fraud ÷ amount of all fraud.",
    approvalRate: "Approved ÷ all decisions.",
    reviewRate: "Reviewed ÷ all decisions.",
    declineRate: "Declined ÷ all decisions.",
    falsePositiveRate: "Flagged legitimate decisions ÷ all legitimate decisions.",
    fraudRate: "Fraud ÷ decisions with a known truth.",
    chargebackRate: "Approved decisions that were charged back ÷ approved decisions.",
    falsePositiveCost: "Margin lost on legitimate orders that were flagged, and the cost of reviewing them.",
    fraudLoss: "Amount of fraud that was approved.",
    decisionThroughput: "Decisions per second.",
  },
  perSecond: (number: string) => `${number} / s`,
  points: (number: string) => `${number} pp`,
  maturity: {
    labelled: (share: string) => `${share} known`,
    hint: "Decisions whose truth is known: labelled, or approved and older than the maturity horizon.",
    counts: (counts: { labelled: string; presumed: string; pending: string; unverified: string }) =>
      `${counts.labelled} labelled, ${counts.presumed} presumed legitimate, ${counts.pending} pending, ${counts.unverified} unverified`,
    provisional: (days: number, until: string) =>
      `Approved decisions younger than ${days} days can still be charged back. Numbers are final on ${until}.`,
  },
};
