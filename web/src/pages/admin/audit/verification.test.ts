import { expect, test } from "vitest";
import { NOTHING_YET, type Part, progressOf, withPart } from "./verification";

const finding = {
  chain: "chain-03",
  sequence: 7,
  tampering: "edited",
  message: "In chain-03, entry 7 …",
} as const;

function part(fields: Partial<Part>): Part {
  return { entries: 0, anchors: 0, totalEntries: 10, findings: [], ...fields };
}

test("parts add up, and a finding of several parts counts once", () => {
  const first = withPart(NOTHING_YET, part({ entries: 6, findings: [finding], next: "a" }));
  const last = withPart(first, part({ entries: 4, anchors: 2, findings: [finding] }));

  expect(last).toEqual({ entries: 10, anchors: 2, totalEntries: 10, findings: [finding], next: null });
});

test("progress is the share of verified entries, and all at the end", () => {
  const first = withPart(NOTHING_YET, part({ entries: 6, next: "a" }));

  expect(progressOf(first)).toBe(0.6);
  expect(progressOf(withPart(first, part({ entries: 6, next: "b" })))).toBe(1);
  expect(progressOf(withPart(NOTHING_YET, part({ totalEntries: 0 })))).toBe(1);
});
