import { describe, expect, it } from "vitest";
import { sliceOf } from "./newestFirst";

describe("pages of a list that is turned around", () => {
  it("begin at its end", () => {
    expect(sliceOf(0, 20, 45)).toEqual({ offset: 25, limit: 20 });
    expect(sliceOf(1, 20, 45)).toEqual({ offset: 5, limit: 20 });
  });

  it("are shorter where the list begins, and repeat nothing", () => {
    expect(sliceOf(2, 20, 45)).toEqual({ offset: 0, limit: 5 });
  });

  it("of an empty list, and past its beginning, ask for what the API accepts", () => {
    expect(sliceOf(0, 20, 0)).toEqual({ offset: 0, limit: 1 });
    expect(sliceOf(9, 20, 45)).toEqual({ offset: 0, limit: 1 });
  });
});
