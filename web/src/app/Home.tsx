/** Where the application begins: at the dashboard looked at last, or at the first area that the key may see. */
import { Navigate } from "react-router";
import { lastViewed } from "@/pages/dashboards/lastViewed";
import { may } from "@/session/session";

export function Home() {
  const path = may("dashboards:read") ? `/dashboards/${encodeURIComponent(lastViewed())}` : "/data";
  return <Navigate to={path} replace />;
}
