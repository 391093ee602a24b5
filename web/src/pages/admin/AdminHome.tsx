/** Leads to the first part that the key may see. */
import { Navigate } from "react-router";
import { visibleParts } from "./parts";

export function Component() {
  return <Navigate to={visibleParts()[0]?.path ?? "/"} replace />;
}
