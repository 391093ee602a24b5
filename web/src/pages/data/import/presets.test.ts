import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { PRESET_CHOICES } from "./presets";

it("the presets are those that are documented, with their data types", () => {
  const page = readFileSync("../docs/presets.md", "utf8");
  const documented = [...page.matchAll(/^\| \[`(\w+)`\]\(#\w+\) \| ([^|]+) \|/gm)].map(
    ([, name = "", types = ""]) => [name, [...types.matchAll(/`(\w+)`/g)].map(([, type]) => type)] as const,
  );

  expect(PRESET_CHOICES.map(({ value, types }) => [value, types])).toEqual(documented);
});
