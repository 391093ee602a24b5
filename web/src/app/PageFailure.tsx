/** Shown in the place of a page that stopped working, so that the rest of the application goes on. */
import { Button, Code } from "@mantine/core";
import { useRouteError } from "react-router";
import { EmptyState } from "@/components/EmptyState";
import { text } from "@/text";

export function PageFailure() {
  const error = useRouteError();
  return (
    <EmptyState title={text.errors.pageFailed} hint={text.errors.pageFailedHint}>
      <Code block>{error instanceof Error ? error.message : String(error)}</Code>
      <Button onClick={() => location.reload()}>{text.errors.reload}</Button>
    </EmptyState>
  );
}
