import { describe, expect, it } from "vitest";
import { columnsOf, correctionsOf, fieldOf, type QuarantinedRow } from "./editing";

const row = (raw: unknown, ...fields: string[]): QuarantinedRow => ({
  id: "batch-1:3",
  origin: "batch-1",
  source_id: "till",
  data_type: "transactions",
  row: 3,
  received_at: "2026-11-30T12:00:00Z",
  raw: typeof raw === "string" ? raw : JSON.stringify(raw),
  raw_is_cut: false,
  errors: fields.map((field) => ({
    row: 3,
    field,
    code: "type",
    message: "must be a number",
    rejected_value: null,
  })),
});

describe("the columns of a quarantined row", () => {
  it("are those of the record and those that an error misses", () => {
    const columns = columnsOf(row({ Beleg: "77", Menge: 2, Notiz: null }, "/quantity", "/quantity", ""));

    expect(columns?.map(({ name, shown }) => [name, shown])).toEqual([
      ["Beleg", "77"],
      ["Menge", "2"],
      ["Notiz", ""],
      ["quantity", ""],
    ]);
  });

  it("are unknown if the row is cut off or no record", () => {
    expect(columnsOf(row("1;2;3"))).toBeNull();
    expect(columnsOf(row([1, 2]))).toBeNull();
    expect(columnsOf({ ...row({ a: 1 }), raw_is_cut: true })).toBeNull();
  });
});

describe("corrections", () => {
  const columns = columnsOf(row({ text: "one", number: 1, flag: true, nothing: null }, "/lacking")) ?? [];

  it("have only what was changed", () => {
    expect(correctionsOf(columns, { text: "one", number: "1", nothing: "" })).toEqual({});
  });

  it("keep the kind of a value where they can", () => {
    const typed = { text: "2", number: "2", flag: "no", nothing: "3", lacking: "4" };

    expect(correctionsOf(columns, typed)).toEqual({
      text: "2",
      number: 2,
      flag: "no",
      nothing: 3,
      lacking: "4",
    });
  });

  it("remove what was emptied", () => {
    expect(correctionsOf(columns, { text: "", number: "" })).toEqual({ text: null, number: null });
  });
});

it("the field of an error is the first part of its pointer", () => {
  expect([fieldOf("/features/a~1b"), fieldOf("/a~1b"), fieldOf("")]).toEqual(["features", "a/b", ""]);
});
