/** How a request is written for the API, and its answer read: shared by the application and its browser tests. */

/** Puts values in the place of the names in a path, e.g. `{alertId}`. */
export function fillIn(path: string, values: Record<string, string> | undefined): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values?.[name];
    if (!value) throw new Error(`The path ${path} needs ${name}.`);
    return encodeURIComponent(value);
  });
}

/** Leaves out parameters without a value. */
export function withoutBlanks(query: object | undefined): Record<string, unknown> {
  const filled = Object.entries(query ?? {}).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  return Object.fromEntries(filled);
}

/** Returns a body without the envelope of the Commerce dialect. */
export function unwrap(body: unknown): unknown {
  const isEnvelope = typeof body === "object" && body !== null && "success" in body && "data" in body;
  return isEnvelope ? body.data : body;
}
