import { describe, expect, it } from "vitest";
import { pathOf, placeErrors } from "./apiErrors";
import { ApiError } from "@/api/errors";

const refused = (...fields: [string, string][]) =>
  new ApiError({
    status: 400,
    code: "validation_error",
    message: "Request validation failed",
    requestId: "r-1",
    fields: fields.map(([field, message]) => ({ field, message })),
  });

describe("errors of fields", () => {
  it("are placed whether the API names a field by pointer or by path", () => {
    const { errors } = placeErrors(
      refused(["/variants/1/name", "must not be empty"], ["timeWindow.end", "must be after start"]),
      (path) => path,
    );

    expect(errors).toEqual({
      "variants.1.name": "must not be empty",
      "timeWindow.end": "must be after start",
    });
  });

  it("say where they are when a field of the form stands for several of the API", () => {
    const { errors } = placeErrors(
      refused(
        ["overrides.model.intercept", "must be a number"],
        ["overrides.model.scales", "must be above 0"],
      ),
      () => "model",
    );

    expect(errors).toEqual({
      model: "overrides.model.intercept: must be a number; overrides.model.scales: must be above 0",
    });
  });

  it("that the form has no field for are kept, with the id of the request", () => {
    const { errors, rest } = placeErrors(refused(["colour", "is unknown"]), () => null);

    expect(errors).toEqual({});
    expect(rest.fields).toEqual([{ field: "colour", message: "is unknown" }]);
    expect(rest.requestId).toBe("r-1");
  });

  it("have escaped characters of pointers restored", () => {
    expect(pathOf("/configuration/a~1b~0c")).toBe("configuration.a/b~c");
  });
});
