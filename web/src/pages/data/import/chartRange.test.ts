import { expect, it } from "vitest";
import { chartRange } from "./chartRange";

it("the chart begins and ends with whole days of the chosen zone", () => {
  const range = { earliest: "2024-03-30T23:30:00Z", latest: "2024-04-05T10:00:00Z" };

  expect(chartRange(range, "UTC")).toEqual({
    start: "2024-03-30T00:00:00.000Z",
    end: "2024-04-06T00:00:00.000Z",
    granularity: "daily",
  });
  expect(chartRange(range, "Europe/Berlin")).toEqual({
    start: "2024-03-30T23:00:00.000Z",
    end: "2024-04-05T22:00:00.000Z",
    granularity: "daily",
  });
});

it("long files are shown in larger buckets", () => {
  const from = (earliest: string) =>
    chartRange({ earliest, latest: "2024-12-31T12:00:00Z" }, "UTC").granularity;

  expect([
    from("2024-12-31T01:00:00Z"),
    from("2024-10-01T00:00:00Z"),
    from("2023-01-01T00:00:00Z"),
    from("2010-01-01T00:00:00Z"),
  ]).toEqual(["hourly", "daily", "weekly", "monthly"]);
});
