/** Where the application begins: at the dashboard looked at last, or at the first area that the key may see.
 *
 * While the platform has no data yet, it begins at the import of a file.
 */
import { Navigate } from "react-router";
import { Waiting } from "@/components/Waiting";
import { lastViewed } from "@/pages/dashboards/lastViewed";
import { useIsEmpty } from "@/pages/data/parts/useIsEmpty";
import { may } from "@/session/session";

export function Home() {
  const isEmpty = useIsEmpty();
  if (isEmpty === undefined) return <Waiting isPage />;
  if (isEmpty) return <Navigate to="/data/import" replace />;
  const path = may("dashboards:read") ? `/dashboards/${encodeURIComponent(lastViewed())}` : "/data";
  return <Navigate to={path} replace />;
}
