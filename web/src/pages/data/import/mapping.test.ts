import { describe, expect, it } from "vitest";
import { filledOtherwise, missingFields, type Shape, targetOf, withFilled, withTarget } from "./mapping";

const SHAPE: Shape = {
  columns: ["Datum", "SKU", "quantity", "Notes"],
  fields: ["transaction_id", "timestamp", "product_id", "quantity", "unit_price", "order_id"],
  isPath: () => false,
};
const to = (field: string) => ({ kind: "field", field }) as const;

describe("the target of a column", () => {
  it("is the field that the mapping names, or that of the same name", () => {
    expect(targetOf({ columns: { SKU: "product_id" } }, "SKU", SHAPE)).toEqual(to("product_id"));
    expect(targetOf({}, "quantity", SHAPE)).toEqual(to("quantity"));
  });

  it("is an attribute unless it is dropped by its name or with all others", () => {
    expect(targetOf({}, "Notes", SHAPE).kind).toBe("attribute");
    expect(targetOf({ drop: ["Notes"] }, "Notes", SHAPE).kind).toBe("dropped");
    expect(targetOf({ drop: ["*"] }, "Notes", SHAPE).kind).toBe("dropped");
  });

  it("is up to the preset where the mapping does not say more", () => {
    const mapping = { preset: "square_items_csv", columns: { SKU: "product_id" } };

    expect(targetOf(mapping, "Notes", SHAPE).kind).toBe("preset");
    expect(targetOf(mapping, "SKU", SHAPE)).toEqual(to("product_id"));
  });
});

describe("another target", () => {
  it("takes the field from the column that had it", () => {
    const mapping = withTarget({ columns: { SKU: "product_id" } }, "Notes", to("product_id"), SHAPE);

    expect(mapping).toEqual({ columns: { Notes: "product_id" } });
  });

  it("drops the column that has the name of the field, which would fill it as well", () => {
    expect(withTarget({}, "Notes", to("quantity"), SHAPE)).toEqual({
      columns: { Notes: "quantity" },
      drop: ["quantity"],
    });
  });

  it("ends what filled the field before", () => {
    const mapping = { templates: { transaction_id: "{SKU}-{row}" }, constants: { currency: "EUR" } };

    expect(withTarget(mapping, "Notes", to("transaction_id"), SHAPE)).toEqual({
      columns: { Notes: "transaction_id" },
      constants: { currency: "EUR" },
    });
  });

  it("is nothing, and can be taken back", () => {
    const dropped = withTarget({ columns: { SKU: "product_id" } }, "SKU", { kind: "dropped" }, SHAPE);

    expect(dropped).toEqual({ drop: ["SKU"] });
    expect(withTarget(dropped, "SKU", { kind: "attribute" }, SHAPE)).toEqual({});
  });

  it("overrides a preset also for a column with the name of the field", () => {
    expect(withTarget({ preset: "p" }, "quantity", to("quantity"), SHAPE)).toEqual({
      preset: "p",
      columns: { quantity: "quantity" },
    });
  });

  it("gives a path into nested records a name of its own", () => {
    const nested: Shape = { ...SHAPE, columns: ["customer.id"], isPath: () => true };
    const mapping = withTarget({}, "customer.id", to("order_id"), nested);

    expect(mapping).toEqual({
      records: { or_document: false, fields: { customer_id: "customer.id" } },
      columns: { customer_id: "order_id" },
    });
    expect(targetOf(mapping, "customer.id", nested)).toEqual(to("order_id"));
  });
});

describe("fields that no column fills", () => {
  it("are filled in one way only", () => {
    const constant = withFilled({}, { field: "currency", by: "constants", value: "EUR" });
    const byTemplate = withFilled(constant, { field: "currency", by: "templates", value: "{Cur}" });

    expect(filledOtherwise(byTemplate)).toEqual([{ field: "currency", by: "templates", value: "{Cur}" }]);
    expect(withFilled(byTemplate, { field: "currency", by: "templates", value: "" })).toEqual({});
  });

  it("are missing if they are required, except with a preset", () => {
    const required = ["transaction_id", "product_id", "quantity"];
    const mapping = { columns: { SKU: "product_id" } };

    expect(missingFields(mapping, required, SHAPE)).toEqual(["transaction_id"]);
    expect(missingFields({ ...mapping, templates: { transaction_id: "{row}" } }, required, SHAPE)).toEqual(
      [],
    );
    expect(missingFields({ preset: "p" }, required, SHAPE)).toEqual([]);
  });
});
