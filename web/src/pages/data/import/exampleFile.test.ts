import { expect, it } from "vitest";
import { exampleFile } from "./exampleFile";

it("the example is a file of sales that end before today", async () => {
  const [header = "", ...lines] = (await exampleFile(new Date("2026-11-30T12:00:00Z")).text())
    .trim()
    .split("\n");

  expect(header.split(",")).toContain("Qty");
  expect(lines.length).toBeGreaterThan(300);
  expect(new Set(lines.map((line) => line.split(",").length))).toEqual(new Set([9]));
  expect(new Set(lines.map((line) => line.split(",")[0])).size).toBe(lines.length);
  expect(lines.at(-1)).toContain("2026-11-29");
});
