/** The content of a widget: what it shows, or why it shows nothing. */
import { Button, Center, Loader, Skeleton, Stack, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Chart } from "@/components/chart/Chart";
import type { Shown, View } from "../answers/shown";
import type { WidgetState } from "../live/state";
import { CardView } from "./CardView";
import { TableView } from "./TableView";
import { text as t } from "@/text/dashboards";

const MapView = lazy(() => import("./MapView"));

type Props = { title: string; state: WidgetState | undefined; shown: Shown | null; onRetry: () => void };

export function WidgetBody({ title, state, shown, onRetry }: Props) {
  if (state === undefined) return <Skeleton h="100%" aria-busy />;
  if (state.status === "loading") return <Computing />;
  if (state.status === "error") return <Failed reason={state.error_message ?? ""} onRetry={onRetry} />;
  if (shown === null) return <Failed reason={t.widget.unreadable} onRetry={onRetry} />;
  return <Content title={title} view={shown.view} />;
}

function Content({ title, view }: { title: string; view: View }) {
  switch (view.kind) {
    case "card":
      return <CardView figures={view.figures} course={view.course} />;
    case "chart":
      return <Chart label={title} height="100%" option={view.drawn.option} table={view.drawn.table} />;
    case "table":
      return <TableView title={title} {...view} />;
    case "map":
      return (
        <Suspense fallback={<Skeleton h="100%" />}>
          <MapView title={title} view={view} />
        </Suspense>
      );
  }
}

function Computing() {
  return (
    <Center h="100%" role="status">
      <Stack align="center" gap={4} maw={320} ta="center">
        <Loader type="dots" size="sm" />
        <Text size="sm">{t.widget.loading}</Text>
        <Text size="xs" c="dimmed">
          {t.widget.loadingHint}
        </Text>
      </Stack>
    </Center>
  );
}

function Failed({ reason, onRetry }: { reason: string; onRetry: () => void }) {
  return (
    <Center h="100%" role="alert">
      <Stack align="center" gap={6} maw={420} ta="center">
        <Text size="sm" fw={600}>
          {t.widget.failed}
        </Text>
        <Text size="xs" c="dimmed" className="tally-break" lineClamp={4} title={reason}>
          {reason}
        </Text>
        <Button variant="default" size="compact-xs" onClick={onRetry}>
          {t.widget.retry}
        </Button>
      </Stack>
    </Center>
  );
}
