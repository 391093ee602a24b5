import { expect, test } from "vitest";
import { inOrder, PRESETS, SCOPES } from "./scopes";

test("scopes are in the order of their list, and all of them have no list", () => {
  expect(inOrder(["admin", "fraud:read"])).toEqual(["fraud:read", "admin"]);
  expect(inOrder([...SCOPES].reverse())).toBeNull();
});

test("no usual choice makes an administrator, and reading does not include the audit log", () => {
  for (const scopes of Object.values(PRESETS)) expect(scopes).not.toContain("admin");
  expect(PRESETS.read).not.toContain("audit:read");
  expect(PRESETS.read).toContain("dashboards:read");
});
