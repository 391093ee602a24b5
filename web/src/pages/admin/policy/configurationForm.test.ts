import { expect, test } from "vitest";
import { blanksOf, fieldOf, type InForce, requestOf, valuesOf } from "./configurationForm";

const LEVEL = { freshnessSeconds: 900, completeness: 0.999 };
const IN_FORCE: InForce = {
  version: 3,
  currency: "EUR",
  maturityHorizonDays: 45,
  costParameters: { marginRate: 0.07, lostShare: { decline: 1, review: 0.1 }, reviewCost: 3.5 },
  slos: {
    "batch-ingest": LEVEL,
    "file-ingest": LEVEL,
    "stream-analytics": LEVEL,
    merge: LEVEL,
    "customer-models": LEVEL,
    "drift-profiles": LEVEL,
    "live-push": LEVEL,
    replay: LEVEL,
  },
};

test("shares are shown as per cent, and sent as they came", () => {
  const values = valuesOf(IN_FORCE);
  const { costParameters, maturityHorizonDays, slos } = IN_FORCE;

  expect([values.marginRate, values.lostReview, values.slos[0]?.completeness]).toEqual([7, 10, 99.9]);
  expect(requestOf(values, 3)).toEqual({ version: 3, costParameters, maturityHorizonDays, slos });
});

test("errors of the API are placed at their fields", () => {
  const values = valuesOf(IN_FORCE);

  expect(fieldOf("costParameters.lostShare.review", values)).toBe("lostReview");
  expect(fieldOf("costParameters.marginRate", values)).toBe("marginRate");
  expect(fieldOf("slos.merge.completeness", values)).toBe("slos.3.completeness");
  expect(fieldOf("version", values)).toBeNull();
});

test("what is empty is not sent as 0", () => {
  const values = valuesOf(IN_FORCE);
  const [first, ...rest] = values.slos;
  if (first === undefined) throw new Error("there are service levels");

  expect(blanksOf(values)).toEqual([]);
  expect(blanksOf({ ...values, marginRate: "", slos: [{ ...first, completeness: "" }, ...rest] })).toEqual([
    "marginRate",
    "slos.0.completeness",
  ]);
});
