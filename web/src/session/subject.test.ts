import { describe, expect, it } from "vitest";
import { claimsOf } from "./subject";

const encoded = (text: string) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

describe("the owner of a token", () => {
  it("is read whatever characters it has", () => {
    const token = `e30.${encoded('{"sub":"Zoë ???>>> 安","client_id":"key-1"}')}.signature`;

    expect(claimsOf(token)).toMatchObject({ sub: "Zoë ???>>> 安", client_id: "key-1" });
  });

  it("is unknown for what is no token", () => {
    expect(claimsOf("opaque")).toBeNull();
    expect(claimsOf(`e30.${encoded('{"aud":"x"}')}.s`)).toBeNull();
    expect(claimsOf("a.%%%.b")).toBeNull();
  });
});
