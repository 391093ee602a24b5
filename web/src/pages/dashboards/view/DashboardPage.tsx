/** A dashboard, live. */
import { Box, Button, Group, Skeleton } from "@mantine/core";
import { useEffect } from "react";
import { Link, useParams } from "react-router";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Freshness } from "@/components/Freshness";
import { Page } from "@/components/Page";
import { LiveBadge } from "@/live/LiveBadge";
import { forget, remember } from "../lastViewed";
import { DASHBOARD, type LiveDashboard, useDashboardData } from "../live/useDashboardData";
import type { Dashboard } from "../model";
import { useIsEmpty } from "../../data/parts/useIsEmpty";
import { LiveWidget } from "../widgets/LiveWidget";
import { DashboardActions } from "./DashboardActions";
import { Enlarged, useEnlarged } from "./Enlarged";
import classes from "./grid.module.css";
import { NoData } from "./NoData";
import { useFullScreen } from "./useFullScreen";
import { WidgetGrid } from "./WidgetGrid";
import { text as t } from "@/text/dashboards";

export function Component() {
  const { id = "" } = useParams();
  return <DashboardView key={id} id={id} />;
}

function DashboardView({ id }: { id: string }) {
  const dashboard = useApi(DASHBOARD, { path: { dashboard_id: id } });
  const live = useDashboardData(id);
  const isMissing = live.isGone || dashboard.error?.status === 404;
  useEffect(() => {
    if (isMissing) forget(id);
    else if (dashboard.isSuccess) remember(id);
  }, [id, isMissing, dashboard.isSuccess]);

  if (isMissing) return <Gone />;
  if (dashboard.data !== undefined) return <Loaded dashboard={dashboard.data} live={live} />;
  if (dashboard.error !== null) {
    return (
      <Page title={t.list.title}>
        <ErrorNotice error={dashboard.error} onRetry={() => void dashboard.refetch()} />
      </Page>
    );
  }
  return <Waiting />;
}

function Loaded({ dashboard, live }: { dashboard: Dashboard; live: LiveDashboard }) {
  const { isFull, toggle } = useFullScreen();
  const { enlarged, enlarge } = useEnlarged(dashboard.widgets);
  const { query, refresh } = live;
  const isEmptyPlatform = useIsEmpty() === true;
  const widgets = query.data?.widgets ?? {};
  return (
    <Box className={isFull ? classes.full : ""}>
      <Page
        title={dashboard.name}
        description={<span dir="auto">{dashboard.description}</span>}
        actions={
          <>
            <Group gap="xs" wrap="nowrap">
              {query.data && <Freshness at={query.data.lastUpdated} />}
              {query.isFetched && <LiveBadge state={live.socket} />}
            </Group>
            <DashboardActions
              dashboard={dashboard}
              isFull={isFull}
              onFullScreen={toggle}
              onRefresh={() => refresh()}
            />
          </>
        }
      >
        {query.error !== null && <ErrorNotice error={query.error} onRetry={() => refresh()} />}
        {isEmptyPlatform ? (
          <NoData />
        ) : dashboard.widgets.length === 0 ? (
          <NoWidgets id={dashboard.dashboard_id} />
        ) : (
          <WidgetGrid widgets={dashboard.widgets}>
            {(widget) => (
              <LiveWidget
                widget={widget}
                state={widgets[widget.widget_id]}
                onRetry={refresh}
                onEnlarge={enlarge}
              />
            )}
          </WidgetGrid>
        )}
        {enlarged && (
          <Enlarged
            widget={enlarged}
            state={widgets[enlarged.widget_id]}
            onRetry={refresh}
            onClose={() => enlarge(null)}
          />
        )}
      </Page>
    </Box>
  );
}

function NoWidgets({ id }: { id: string }) {
  return (
    <EmptyState title={t.view.none} hint={t.view.noneHint}>
      <Button component={Link} to={`/dashboards/${encodeURIComponent(id)}/edit`}>
        {t.view.addFirst}
      </Button>
    </EmptyState>
  );
}

function Gone() {
  return (
    <EmptyState title={t.view.gone} hint={t.view.goneHint}>
      <Button component={Link} to="/dashboards">
        {t.view.toList}
      </Button>
    </EmptyState>
  );
}

function Waiting() {
  return (
    <Box aria-busy>
      <Skeleton h={28} w={240} mb="md" />
      <Skeleton h={400} />
    </Box>
  );
}
