/** The page for addresses that no page has. */
import { Button } from "@mantine/core";
import { Link } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { text } from "@/text";

export function NotFound() {
  return (
    <EmptyState title={text.errors.noPage} hint={text.errors.noPageHint}>
      <Button component={Link} to="/">
        {text.errors.home}
      </Button>
    </EmptyState>
  );
}
