import { describe, expect, it } from "vitest";
import {
  changeOf,
  evenShares,
  fieldOf,
  initialValues,
  jsonErrors,
  newGuardrail,
  newVariant,
  requestOf,
  sumOfShares,
  valuesOf,
} from "./formValues";
import type { Experiment } from "./moves";

const named = () => ({ ...initialValues(), name: "Later review" });

describe("the request of a form", () => {
  it("has shares as fractions, without the noise of binary fractions", () => {
    const values = {
      ...named(),
      variants: [newVariant({ id: "a", percent: 33.34 }), newVariant({ id: "b", percent: 66.66 })],
      guardrails: [{ ...newGuardrail("fraudRate"), harm: 0.7 }],
    };

    const request = requestOf(values);

    expect(request.variants.map(({ allocation }) => allocation)).toEqual([0.3334, 0.6666]);
    expect(request.guardrails).toEqual([{ metric: "fraudRate", maximumHarm: 0.007 }]);
  });

  it("has limits of sums as amounts", () => {
    const values = { ...named(), guardrails: [{ ...newGuardrail("fraudLoss"), harm: 1.5 }] };

    expect(requestOf(values).guardrails).toEqual([{ metric: "fraudLoss", maximumHarm: 1.5 }]);
  });

  it("has no id unless one was entered", () => {
    expect("id" in requestOf(named())).toBe(false);
    expect(requestOf({ ...named(), id: " later-review " }).id).toBe("later-review");
  });

  it("passes on what is wrong, so that the API names every mistake", () => {
    const values = {
      ...named(),
      minimumUnits: "",
      variants: [newVariant({ percent: "", configuration: "{" })],
    };

    const request = requestOf(values);

    expect(request.minimumUnits).toBe("");
    expect(request.variants[0]).toMatchObject({ allocation: "", configuration: "{" });
    expect(jsonErrors(values)["variants.0.configuration"]).toContain("is not valid JSON");
  });
});

describe("a change", () => {
  it("of a draft has all fields, of others only those that can be changed", () => {
    expect(changeOf(named(), 4, true)).toMatchObject({ version: 4, unit: "customer", name: "Later review" });
    expect(changeOf(named(), 4, false)).toEqual({
      version: 4,
      name: "Later review",
      description: "",
      endDate: null,
    });
  });

  it("of what was read and not touched is what was read", () => {
    const experiment = {
      ...requestOf({ ...named(), guardrails: [{ ...newGuardrail("recall"), harm: 0.5 }] }),
      id: "x",
      primaryDirection: "up",
    } as Experiment;

    const change = changeOf(valuesOf(experiment), 1, true);

    expect(change.variants).toEqual(experiment.variants);
    expect(change.guardrails).toEqual(experiment.guardrails);
  });
});

describe("fields of the form", () => {
  it("are found by the paths of the API", () => {
    expect(fieldOf("variants.0.allocation")).toBe("variants.0.percent");
    expect(fieldOf("variants.1.configuration.a.b")).toBe("variants.1.configuration");
    expect(fieldOf("guardrails.0.maximumHarm")).toBe("guardrails.0.harm");
    expect(fieldOf("colour")).toBeNull();
  });
});

describe("even shares", () => {
  it.each([2, 3, 6, 7, 10])("of %i variants add up to 100", (count) => {
    const variants = evenShares(count).map((percent) => newVariant({ percent }));

    expect(sumOfShares(variants)).toBe(100);
  });
});
