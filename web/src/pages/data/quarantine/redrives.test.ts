import { expect, it } from "vitest";
import { joined, type Redriven } from "./redrives";

const PART: Redriven = {
  dry_run: false,
  rows: 3,
  accepted: 1,
  rejected: 1,
  skipped: 1,
  reasons: { type: 1 },
  rejected_rows: [{ id: "b:1", errors: [] }],
  skipped_deliveries: [{ origin: "c", rows: 1, reason: "the delivery is still being loaded" }],
  complete: false,
  after: "x",
};

it("a redrive that takes several requests has the result of all of them", () => {
  const whole = joined(PART, { ...PART, reasons: { type: 1, range: 2 }, complete: true });

  expect(whole).toMatchObject({ rows: 6, accepted: 2, rejected: 2, skipped: 2, complete: true });
  expect(whole.reasons).toEqual({ type: 2, range: 2 });
  expect(whole.rejected_rows.length + whole.skipped_deliveries.length).toBe(4);
});
