import { describe, expect, it } from "vitest";
import { before, type Cohort, idsIn, meaning, sorted, toggled } from "./cohorts";

const cohort = (name: string, count: number, fraudRate: number | null) =>
  ({ name, count, metrics: { fraudRate } }) as Cohort;
const names = (cohorts: readonly Cohort[]) => cohorts.map(({ name }) => name);

describe("cohorts", () => {
  it("are sorted by name, count or a key figure, those without a value last", () => {
    const all = [cohort("b", 3, null), cohort("a", 1, 0.2), cohort("c", 2, 0.1)];
    expect(names(sorted(all, "name,asc"))).toEqual(["a", "b", "c"]);
    expect(names(sorted(all, "count,desc"))).toEqual(["b", "c", "a"]);
    expect(names(sorted(all, "fraudRate,asc"))).toEqual(["c", "a", "b"]);
    expect(names(sorted(all, "fraudRate,desc"))).toEqual(["a", "c", "b"]);
  });

  it("are selected and left out again, each once", () => {
    expect(idsIn("a,b,a,")).toEqual(["a", "b"]);
    expect(toggled("", "a")).toBe("a");
    expect(toggled("a", "b")).toBe("a,b");
    expect(toggled("a,b", "a")).toBe("b");
    expect(toggled("a", "a")).toBe("");
  });

  it("are better or worse by the direction of the key figure", () => {
    expect(meaning("fraudRate", 0.1)).toBe("worse");
    expect(meaning("recall", 0.1)).toBe("better");
    expect(meaning("recall", 0)).toBe("neither");
    expect(meaning("decisionThroughput", 1)).toBe("neither");
    expect(meaning("fraudRate", null)).toBe("neither");
  });

  it("have a period before that ends where theirs begins", () => {
    expect(before({ startDate: "2026-11-13T00:00:00Z", endDate: "2026-11-17T00:00:00Z" })).toEqual({
      startDate: "2026-11-09T00:00:00.000Z",
      endDate: "2026-11-13T00:00:00Z",
    });
  });
});
