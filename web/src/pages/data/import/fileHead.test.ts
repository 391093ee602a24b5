import { describe, expect, it } from "vitest";
import { HEAD_BYTES, problemOfBytes, problemOfSize, readHead, sourceIdFor, toBase64 } from "./fileHead";

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe("what cannot be imported", () => {
  it("is seen by the size before anything is read", () => {
    expect(problemOfSize(0)).toMatch(/empty/);
    expect(problemOfSize(5 * 1024 ** 3 + 1)).toMatch(/5 GB/);
    expect(problemOfSize(5 * 1024 ** 3)).toBeNull();
  });

  it("is seen by the first bytes", () => {
    expect(problemOfBytes(bytesOf("PK\u0003\u0004…"))).toMatch(/CSV/);
    expect(problemOfBytes(bytesOf("%PDF-1.7"))).toMatch(/PDF/);
    expect(problemOfBytes(bytesOf("a;b\n1;2"))).toBeNull();
  });
});

it("only the beginning of a file is read", async () => {
  const file = new Blob([new Uint8Array(HEAD_BYTES + 5).fill(65)]);

  expect((await readHead(file)).length).toBe(HEAD_BYTES);
});

it("bytes of any length are encoded", () => {
  const bytes = Uint8Array.from({ length: 70_001 }, (_, place) => place % 256);

  expect(Uint8Array.from(atob(toBase64(bytes)), (each) => each.charCodeAt(0))).toEqual(bytes);
});

it("the id of a source comes from the name of its file", () => {
  expect(sourceIdFor("Umsätze 2026 (März).csv.gz")).toBe("umsatze-2026-marz");
  expect(sourceIdFor("a.csv")).toBe("file-import");
  expect(sourceIdFor(`${"x".repeat(90)}.json`)).toHaveLength(50);
});
