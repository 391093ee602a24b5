/** Says why a list is empty: nothing matches its filter, or there is nothing yet and how to begin. */
import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { EmptyState } from "./EmptyState";

type Props = {
  words: { noMatch: string; showAll: string; empty: string; emptyHint: string };
  isFiltered: boolean;
  onClear: () => void;
  /** How to begin, for those who may. */
  children: ReactNode;
};

export function NothingListed({ words, isFiltered, onClear, children }: Props) {
  if (!isFiltered) {
    return (
      <EmptyState title={words.empty} hint={words.emptyHint}>
        {children}
      </EmptyState>
    );
  }
  return (
    <EmptyState title={words.noMatch}>
      <Button variant="default" onClick={onClear}>
        {words.showAll}
      </Button>
    </EmptyState>
  );
}
