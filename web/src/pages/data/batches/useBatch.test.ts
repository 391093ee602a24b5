import { describe, expect, it } from "vitest";
import { type BatchDetails, pauseFor } from "./useBatch";

const batch = (status: BatchDetails["status"]) =>
  ({ status, started_at: "2026-01-01T00:00:00Z" }) as BatchDetails;
const after = (seconds: number) => Date.parse("2026-01-01T00:00:00Z") + 1000 * seconds;

describe("the status of a batch", () => {
  it("is read again only while the batch is being processed", () => {
    expect(pauseFor(undefined, after(1))).toBe(false);
    expect(pauseFor(batch("completed"), after(1))).toBe(false);
    expect(pauseFor(batch("processing"), after(1))).toBe(1_000);
  });

  it("takes less than half of the requests of an hour, however long the load takes", () => {
    let requests = 0;
    for (let seconds = 0; seconds < 3600; requests += 1) {
      seconds += Number(pauseFor(batch("processing"), after(seconds))) / 1000;
    }
    expect(requests).toBeLessThan(300);
  });
});
