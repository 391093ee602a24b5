/** The editor of a dashboard: its name, and its widgets by drag, resize and forms. */
import { useParams } from "react-router";
import { Button } from "@mantine/core";
import { Link } from "react-router";
import { useApi } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { may } from "@/session/session";
import { addressOf, isOwn } from "../access";
import { DASHBOARD } from "../live/useDashboardData";
import { Editor } from "./Editor";
import { text as t } from "@/text/dashboards";

export function Component() {
  const { id = "" } = useParams();
  const dashboard = useApi(DASHBOARD, { path: { dashboard_id: id } });
  return (
    <Loaded query={dashboard}>
      {(found) =>
        isOwn(found) && may("dashboards:write") ? (
          <Editor key={id} dashboard={found} />
        ) : (
          <EmptyState title={t.editor.notYours} hint={t.editor.notYoursHint}>
            <Button component={Link} to={addressOf(found)}>
              {t.actions.open}
            </Button>
          </EmptyState>
        )
      }
    </Loaded>
  );
}
