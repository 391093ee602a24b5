/** What the form of an experiment holds, and how it becomes a request: shares are entered in per cent, JSON as text. */
import type { Experiment } from "./moves";
import type { Body } from "@/api/client";
import { KPIS, type KpiName } from "@/format/kpis";
import { text as t } from "@/text/experiments";

export type Request = Body<"/api/v1/analytics/experiments", "post">;
export type Change = Body<"/api/v1/analytics/experiments/{experiment_id}", "put">;
type Entered = number | string;
export type VariantValues = {
  key: string;
  id: string;
  name: string;
  description: string;
  percent: Entered;
  isControl: boolean;
  configuration: string;
};
export type GuardrailValues = { key: string; metric: string; harm: Entered };
export type Values = {
  id: string;
  name: string;
  description: string;
  hypothesis: string;
  variants: VariantValues[];
  primaryMetric: string;
  primaryDirection: string;
  guardrails: GuardrailValues[];
  unit: "customer" | "decision";
  minimumDurationDays: Entered;
  minimumUnits: Entered;
  startDate: string | null;
  endDate: string | null;
};

/** The metrics that are known as soon as a decision is made. */
export const WITHOUT_LABELS: readonly KpiName[] = ["approvalRate", "reviewRate", "declineRate"];

let keys = 0;

export function newVariant(parts: Partial<VariantValues> = {}): VariantValues {
  return {
    key: newKey(),
    id: "",
    name: "",
    description: "",
    percent: "",
    isControl: false,
    configuration: "{}",
    ...parts,
  };
}

export function newGuardrail(metric: string): GuardrailValues {
  return { key: newKey(), metric, harm: "" };
}

function newKey(): string {
  keys += 1;
  return String(keys);
}

export function initialValues(): Values {
  return {
    id: "",
    name: "",
    description: "",
    hypothesis: "",
    variants: [
      newVariant({ id: "control", percent: 50, isControl: true }),
      newVariant({ id: "treatment", percent: 50 }),
    ],
    primaryMetric: "approvalRate",
    primaryDirection: "",
    guardrails: [],
    unit: "customer",
    minimumDurationDays: 3,
    minimumUnits: 1000,
    startDate: null,
    endDate: null,
  };
}

export function valuesOf(experiment: Experiment): Values {
  return {
    id: experiment.id,
    name: experiment.name,
    description: experiment.description,
    hypothesis: experiment.hypothesis,
    variants: experiment.variants.map(({ allocation, configuration, ...rest }) =>
      newVariant({
        ...rest,
        percent: hundredfold(allocation),
        configuration: JSON.stringify(configuration ?? {}, null, 2),
      }),
    ),
    primaryMetric: experiment.primaryMetric,
    primaryDirection: experiment.primaryDirection,
    guardrails: (experiment.guardrails ?? []).map(({ metric, maximumHarm }) => ({
      ...newGuardrail(metric),
      harm: isShare(metric) ? hundredfold(maximumHarm) : maximumHarm,
    })),
    unit: experiment.unit,
    minimumDurationDays: experiment.minimumDurationDays,
    minimumUnits: experiment.minimumUnits,
    startDate: experiment.startDate ?? null,
    endDate: experiment.endDate ?? null,
  };
}

/** The request for what was entered, wrong entries included: the API names all mistakes at once. */
export function requestOf(values: Values): Request {
  const { id, variants, guardrails, primaryDirection, ...rest } = values;
  const request: unknown = {
    ...rest,
    ...(id.trim() === "" ? {} : { id: id.trim() }),
    primaryDirection: primaryDirection === "" ? null : primaryDirection,
    variants: variants.map((each) => ({
      id: each.id,
      name: each.name,
      description: each.description,
      isControl: each.isControl,
      allocation: hundredth(each.percent),
      configuration: parsed(each.configuration).value,
    })),
    guardrails: guardrails.map(({ metric, harm }) => ({
      metric,
      maximumHarm: isShare(metric) ? hundredth(harm) : harm,
    })),
  };
  return request as Request;
}

/** The change of an experiment: of a draft everything, else what can still be changed. */
export function changeOf(values: Values, version: number, isDraft: boolean): Change {
  const request = requestOf({ ...values, id: "" });
  const { name, description, endDate } = request;
  const change: unknown = { version, ...(isDraft ? request : { name, description, endDate }) };
  return change as Change;
}

/** Messages for configurations that are not JSON, which the API would see as text. */
export function jsonErrors({ variants }: Values): Record<string, string> {
  const wrong = variants.flatMap(({ configuration }, place): [string, string][] => {
    const { error } = parsed(configuration);
    return error === null ? [] : [[`variants.${place}.configuration`, t.form.notJson(error)]];
  });
  return Object.fromEntries(wrong);
}

/** Returns the form's field for a path of the API. */
export function fieldOf(path: string): string | null {
  const configuration = /^variants\.\d+\.configuration/.exec(path);
  if (configuration !== null) return configuration[0];
  const renamed = path.replace(/\.allocation$/, ".percent").replace(/\.maximumHarm$/, ".harm");
  const [first = ""] = renamed.split(".");
  return first in initialValues() ? renamed : null;
}

/** Shares that are as equal as two decimal places allow, and add up to 100. */
export function evenShares(count: number): number[] {
  const share = Math.floor(10_000 / count) / 100;
  const rest = Math.round((100 - share * (count - 1)) * 100) / 100;
  return Array.from({ length: count }, (_, place) => (place === 0 ? rest : share));
}

export function sumOfShares(variants: readonly VariantValues[]): number {
  const sum = variants.reduce((total, { percent }) => total + (typeof percent === "number" ? percent : 0), 0);
  return Math.round(sum * 1e6) / 1e6;
}

export function isShare(metric: string): boolean {
  return metric in KPIS && KPIS[metric as KpiName].kind === "share";
}

function parsed(json: string): { value: unknown; error: string | null } {
  try {
    return { value: JSON.parse(json), error: null };
  } catch (error) {
    return { value: json, error: error instanceof Error ? error.message : String(error) };
  }
}

/** Moves the decimal point without the noise of binary fractions; what is no number is passed on. */
function hundredth(percent: Entered): Entered {
  return typeof percent === "number" ? Number((percent / 100).toPrecision(12)) : percent;
}

function hundredfold(share: number): number {
  return Number((share * 100).toPrecision(12));
}
