import { describe, expect, it } from "vitest";
import { fieldOf, fromForm, toForm } from "./sourceFormValues";

const CONFIGURED = {
  name: "Till",
  cadence: "PT15M",
  namespace: "shop-a",
  thresholds: { transactions: 50 },
  mappings: { orders: { columns: { Nr: "order_id" } } },
};

describe("the form of a source", () => {
  it("has a row for each type that is configured or was delivered", () => {
    expect(toForm(CONFIGURED, ["events"]).types.map(({ type }) => type)).toEqual([
      "events",
      "transactions",
      "orders",
    ]);
  });

  it("gives back the configuration that it was made from", () => {
    expect(fromForm(toForm(CONFIGURED, ["events"]))).toEqual(CONFIGURED);
  });

  it("leaves out what is blank, so that it has its default", () => {
    const form = { ...toForm({}, []), name: "  ", namespace: "" };

    expect(fromForm(form)).toEqual({ thresholds: {}, mappings: {} });
  });

  it("knows which of its fields the API means", () => {
    const { types } = toForm(CONFIGURED, []);

    expect(fieldOf("cadence", types)).toBe("cadence");
    expect(fieldOf("mappings.orders.columns.Nr", types)).toBe("types.1.mapping");
    expect(fieldOf("thresholds.transactions", types)).toBe("types.0.threshold");
    expect(fieldOf("mappings.labels", types)).toBeNull();
  });
});
