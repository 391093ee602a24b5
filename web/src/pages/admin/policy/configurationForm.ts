/** The form of the fraud configuration: shares as per cent, as people enter them. */
import type { Body, Result } from "@/api/client";

type Path = "/api/v1/analytics/configuration";
export type InForce = Result<Path>;
export type Pipeline = keyof InForce["slos"];
/** A number, or what is not a number yet while it is being typed. */
type Typed = number | string;

export type Values = {
  maturityHorizonDays: Typed;
  marginRate: Typed;
  lostDecline: Typed;
  lostReview: Typed;
  reviewCost: Typed;
  slos: { pipeline: Pipeline; freshnessSeconds: Typed; completeness: Typed }[];
};

export function valuesOf({ maturityHorizonDays, costParameters, slos }: InForce): Values {
  const pipelines = Object.keys(slos) as Pipeline[];
  return {
    maturityHorizonDays,
    marginRate: percentOf(costParameters.marginRate),
    lostDecline: percentOf(costParameters.lostShare.decline),
    lostReview: percentOf(costParameters.lostShare.review),
    reviewCost: costParameters.reviewCost,
    slos: pipelines.map((pipeline) => ({
      pipeline,
      freshnessSeconds: slos[pipeline].freshnessSeconds,
      completeness: percentOf(slos[pipeline].completeness),
    })),
  };
}

/** Returns what is sent: `version` is the one that the values replace. */
export function requestOf(values: Values, version: number): Body<Path, "put"> {
  const levels = values.slos.map(({ pipeline, freshnessSeconds, completeness }) => [
    pipeline,
    { freshnessSeconds: Number(freshnessSeconds), completeness: shareOf(completeness) },
  ]);
  return {
    version,
    maturityHorizonDays: Number(values.maturityHorizonDays),
    costParameters: {
      marginRate: shareOf(values.marginRate),
      lostShare: { decline: shareOf(values.lostDecline), review: shareOf(values.lostReview) },
      reviewCost: Number(values.reviewCost),
    },
    slos: Object.fromEntries(levels) as InForce["slos"],
  };
}

/** Returns the form's field for a path of the API, null if there is none. */
export function fieldOf(path: string, values: Values): string | null {
  const [first, second, third] = path.split(".");
  if (first === "maturityHorizonDays") return first;
  if (first === "costParameters" && second === "lostShare")
    return third === "review" ? "lostReview" : "lostDecline";
  if (first === "costParameters") return second ?? null;
  if (first !== "slos") return null;
  const place = values.slos.findIndex(({ pipeline }) => pipeline === second);
  return place < 0 || third === undefined ? null : `slos.${place}.${third}`;
}

/** Returns the names of the fields that are empty, which the API would take for 0. */
export function blanksOf(values: Values): string[] {
  const { slos, ...others } = values;
  const blank = Object.entries(others).filter(([, value]) => value === "");
  const levels = slos.flatMap(({ freshnessSeconds, completeness }, place) =>
    Object.entries({ freshnessSeconds, completeness })
      .filter(([, value]) => value === "")
      .map(([name]) => `slos.${place}.${name}`),
  );
  return [...blank.map(([name]) => name), ...levels];
}

/** 0.07 × 100 is not 7 in binary; twelve digits are more than anyone enters. */
function percentOf(share: number): number {
  return Number((share * 100).toPrecision(12));
}

function shareOf(percent: Typed): number {
  return Number((Number(percent) / 100).toPrecision(12));
}
