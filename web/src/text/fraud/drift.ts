/** Text of the page of drift. */
export const drift = {
  drift: {
    title: "Drift",
    description:
      "Whether the features that a model sees still look like those of its baseline. A model that meets other data than before decides worse.",
    model: "Model version",
    mostDecisions: "Model with most decisions",
    baseline: {
      requested: (version: string, from: string, to: string) =>
        `Compared with baseline ${version}: decisions of this model from ${from} to before ${to}, frozen on request.`,
      automatic: (version: string, from: string, to: string) =>
        `Compared with baseline ${version}: the first 14 full days of this model, from ${from} to before ${to}.`,
      preceding: (from: string, to: string) =>
        `No baseline of this model is frozen: compared with the equally long range before, from ${from} to before ${to}.`,
    },
    judged: (model: string, decisions: string) => `${decisions} decisions of model ${model}.`,
    noModel: "no version",
    empty: "No decisions in this time range",
    emptyHint: "Choose a longer range, or another model version.",
    few: "Too few decisions to judge",
    fewHint: (least: number) =>
      `The range or the baseline has fewer than ${least} decisions: PSI is shown, but nothing counts as drift. Choose a longer range, or freeze a baseline with more decisions.`,
    noBaseline: "The baseline has no decisions of this model",
    noBaselineHint:
      "The model is younger than the range before. Choose a shorter range, or freeze a baseline of the model below.",
    features: "Features",
    feature: "Feature",
    psi: "PSI",
    psiHint:
      "Population stability index: how different the values are from those of the baseline. 0 is equal; from 0.1 on it counts as drift, if chance does not explain it.",
    critical: "Critical value",
    criticalHint: "PSI that chance alone exceeds in 5% of answers, over all features asked.",
    severity: "Severity",
    severities: { none: "none", low: "low", medium: "medium", high: "high" } as Readonly<
      Record<string, string>
    >,
    severityHints: {
      none: "PSI below 0.1, or below the critical value.",
      low: "PSI from 0.1 to below 0.2.",
      medium: "PSI from 0.2 to below 0.25.",
      high: "PSI from 0.25 on.",
    } as Readonly<Record<string, string>>,
    insufficient: "too few",
    kl: "KL divergence",
    klHint: "Kullback-Leibler divergence of the range from the baseline, in nats.",
    counts: "Decisions / baseline",
    countsHint: "Decisions of the range, and of the half of the baseline that they are compared with.",
    weight: "Weight",
    weightHint:
      "Share of the feature in the magnitudes of all attributions: how much drift of it matters to scores.",
    show: (feature: string) => `Show the bins of ${feature}`,
    bins: (feature: string) => `Values of ${feature}`,
    binsLabel: (feature: string) => `Shares of the values of ${feature}, in the baseline and now`,
    inBaseline: "Baseline",
    now: "Now",
    contribution: "Part of PSI",
    history: "PSI by day",
    historyLabel: (feature: string) => `PSI of ${feature} by UTC day`,
    historyHint: "Days have fewer decisions than the range, so their PSI is higher by chance.",
    threshold: (name: string) => `${name} from here`,
  },
  quality: {
    title: "Data quality",
    nullRate: "Missing values",
    nullRateHint: "Missing values ÷ (decisions × features).",
    conformant: "Schema",
    conforms: "conforms",
    violates: "does not conform",
    conformantHint: "Whether no feature is unknown to the baseline and all values have the expected type.",
    delay: "Median label delay",
    delayHint: "From a decision to its first fraud label, within the maturity horizon.",
    delayTruncated: "Estimated from young decisions, which can only show short delays.",
    delayNone: "Fewer than 50 fraud labels: too few to tell.",
    violations: "Out of range",
    violationsHint: "Numbers below the lowest or above the highest of the baseline.",
    types: "Types conform",
    unseen: "Never seen before",
    unseenHint: "Share of texts that the baseline does not have; not for numbers.",
    inBaseline: "In baseline",
    yes: "yes",
    no: "no",
  },
  baselines: {
    title: "Frozen baselines",
    intro: "Of each model version, the newest baseline is in force. A baseline never changes.",
    empty: "No baseline is frozen",
    emptyHint:
      "The platform freezes the first 14 full days of a model version once they have 5,000 decisions. Administrators can freeze another range.",
    model: "Model version",
    version: "Version",
    period: "Period",
    decisions: "Decisions",
    source: "Frozen",
    sources: { requested: "on request", automatic: "by the platform", preceding: "" } as Readonly<
      Record<string, string>
    >,
    by: (who: string) => `on request of ${who}`,
    create: "Freeze a baseline",
    createHint:
      "From now on, decisions of the model version are compared with those of this range. Former baselines stay listed, but this cannot be undone.",
    from: "From",
    to: "To, exclusive",
    freeze: "Freeze",
    frozen: (model: string, version: string) => `Baseline ${version} of ${model} is in force.`,
  },
};
