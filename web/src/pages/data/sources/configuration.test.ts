import { describe, expect, it } from "vitest";
import { readConfiguration, withMapping } from "./configuration";

const COUNTERS = {
  received: 3,
  loaded: 2,
  duplicate: 0,
  conflict: 0,
  quarantined: 1,
  superseded: 0,
  in_flight: 0,
  watermark: null,
};

describe("the configuration of a source", () => {
  it("is parted from what was delivered, so that it can be sent back", () => {
    const { configured, delivered, faults } = readConfiguration({
      name: "Till",
      namespace: "shop-a",
      thresholds: { transactions: 50 },
      mappings: {},
      data_types: { transactions: COUNTERS },
      faults: { "mappings.orders.preset": "does not exist" },
    });

    expect(configured).toEqual({
      name: "Till",
      namespace: "shop-a",
      thresholds: { transactions: 50 },
      mappings: {},
    });
    expect(delivered.transactions?.quarantined).toBe(1);
    expect(faults).toEqual({ "mappings.orders.preset": "does not exist" });
  });

  it("keeps the mappings of other types when one is changed or removed", () => {
    const before = { mappings: { orders: { preset: "magento_orders_csv" }, transactions: {} } };

    expect(withMapping(before, "transactions", { columns: { Qty: "quantity" } }).mappings).toEqual({
      orders: { preset: "magento_orders_csv" },
      transactions: { columns: { Qty: "quantity" } },
    });
    expect(withMapping(before, "orders", undefined).mappings).toEqual({ transactions: {} });
  });
});
