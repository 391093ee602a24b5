import { describe, expect, it } from "vitest";
import { currencyIn, type Draft, previewOf, shapeOf } from "./draft";
import { withTarget } from "./mapping";
import type { Preview } from "./usePreview";

const preview = (...records: Record<string, unknown>[]) =>
  ({
    columns: [{ name: "SKU" }, { name: "customer.id" }],
    records: records.map((record, row) => ({ row, source: { SKU: "mug" }, records: [record], errors: [] })),
  }) as unknown as Preview;

describe("the first preview", () => {
  const found = preview({});
  const draft = { found, foundWith: { columns: { SKU: "product_id" } } } as unknown as Draft;

  it("is that of the mapping it was made with", () => {
    expect(previewOf(draft, draft.foundWith)).toBe(found);
  });

  it("is not that of a corrected mapping, which must be tried", () => {
    const shape = shapeOf(found, "transactions");

    expect(previewOf(draft, withTarget(draft.foundWith, "SKU", { kind: "dropped" }, shape))).toBeNull();
    expect(previewOf(draft, { ...draft.foundWith })).toBeNull();
  });
});

describe("the currency of a file", () => {
  it("is known only if all rows have the same", () => {
    expect(currencyIn(preview({ currency: "EUR" }, { currency: "EUR" }))).toBe("EUR");
    expect(currencyIn(preview({ currency: "EUR" }, { currency: "USD" }))).toBeNull();
    expect(currencyIn(preview({}))).toBeNull();
    expect(currencyIn(null)).toBeNull();
  });
});

it("a column is a path if no record has a member of that name", () => {
  const { isPath } = shapeOf(preview({}), "transactions");

  expect([isPath("SKU"), isPath("customer.id")]).toEqual([false, true]);
});
