import { describe, expect, it } from "vitest";
import type { Widget } from "../model";
import { errorAt, errorsByWidget, fieldErrors, otherErrors } from "./errors";

const FIELDS = [
  { field: "/name", message: "is required" },
  { field: "/widgets/1/configuration/filters/region/0", message: "is too long" },
  { field: "/widgets/1/configuration/colour", message: "is unknown" },
  { field: "/widgets/1/position", message: "must not overlap that of widget 0" },
];
const SENT = ["a", "b"].map((widget_id) => ({ widget_id }) as Widget);

describe("errors of the API", () => {
  it("belong to the dashboard or to the widget that was sent at that place", () => {
    expect(fieldErrors(FIELDS)).toEqual({ name: "is required" });
    expect(Object.keys(errorsByWidget(FIELDS, SENT))).toEqual(["b"]);
  });

  it("are shown at their field, or at the one above it", () => {
    const errors = errorsByWidget(FIELDS, SENT).b ?? {};

    expect(errorAt(errors, "/configuration/filters/region")).toBe("is too long");
    expect(errorAt(errors, "/title")).toBeUndefined();
    expect(otherErrors(errors, ["/configuration/filters/region", "/position"])).toEqual([
      "/configuration/colour is unknown",
    ]);
  });
});
