import { describe, expect, it } from "vitest";
import { subjectOf } from "./subject";

const encoded = (text: string) =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

describe("the subject of a token", () => {
  it("is read whatever characters it has", () => {
    const token = `e30.${encoded('{"sub":"Zoë ???>>> 安"}')}.signature`;

    expect(subjectOf(token)).toBe("Zoë ???>>> 安");
  });

  it("is unknown for what is no token", () => {
    expect(subjectOf("opaque")).toBeNull();
    expect(subjectOf(`e30.${encoded('{"aud":"x"}')}.s`)).toBeNull();
    expect(subjectOf("a.%%%.b")).toBeNull();
  });
});
