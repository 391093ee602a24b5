import { expect, it } from "vitest";
import { outcomesByDay } from "./ledgerChart";

const DAY = {
  day: "2026-11-30",
  received: 10,
  loaded: 7,
  duplicate: 1,
  conflict: 0,
  quarantined: 2,
  dropped: 0,
  superseded: 3,
  in_flight: 0,
  balanced: true,
};

it("shows each outcome of a day once, in the numbers of the API", () => {
  const { table } = outcomesByDay([DAY]);

  expect(table.columns).toEqual(["", "Loaded", "Duplicate", "Conflict", "Quarantined", "In flight"]);
  expect(table.rows).toEqual([["30 Nov 2026", "7", "1", "0", "2", "0"]]);
});
