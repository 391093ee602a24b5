/** Which of the dashboards a list shows. Pure. */
import { ownershipOf } from "../access";
import type { Dashboard } from "../model";

export const WHOSE = ["everybody", "own", "public", "platform"] as const;
export type Whose = (typeof WHOSE)[number];
export type Filters = { search: string; category: string; whose: string };

/** Returns the dashboards that match all filters; each word of the search is in the name or the description. */
export function matching(
  dashboards: readonly Dashboard[],
  { search, category, whose }: Filters,
  user: string | null,
): Dashboard[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return dashboards.filter((each) => {
    const words_in = `${each.name} ${each.description}`.toLowerCase();
    return (
      words.every((word) => words_in.includes(word)) &&
      (category === "" || each.category === category) &&
      isOf(each, whose, user)
    );
  });
}

function isOf(dashboard: Dashboard, whose: string, user: string | null): boolean {
  const ownership = ownershipOf(dashboard, user);
  if (whose === "own" || whose === "platform") return ownership === whose;
  return whose === "public" ? dashboard.is_public && ownership !== "platform" : true;
}
