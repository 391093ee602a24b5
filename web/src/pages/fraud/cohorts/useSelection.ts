/** The cohorts selected for comparison, in the address, so that they survive another dimension or range. */
import { useEffect, useState } from "react";
import { useUrlState } from "@/components/useUrlState";
import { idsIn, toggled } from "./cohorts";

export type Selection = {
  ids: readonly string[];
  toggle: (id: string) => void;
  clear: () => void;
};

export function useSelection(): Selection {
  const [linked, link] = useUrlState("compare", "");
  // The address changes a moment later than the state: of two quick choices, the second would undo the first.
  const [list, setList] = useState(linked);
  useEffect(() => {
    if (list !== linked) link(list);
  }, [list, linked, link]);
  return {
    ids: idsIn(list),
    toggle: (id) => setList((former) => toggled(former, id)),
    clear: () => setList(""),
  };
}
