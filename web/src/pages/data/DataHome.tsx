/** Leads to the import while there is no source yet, and to the sources otherwise. */
import { Navigate } from "react-router";
import { Waiting } from "@/components/Waiting";
import { useIsEmpty } from "./parts/useIsEmpty";

export function Component() {
  const isEmpty = useIsEmpty();
  if (isEmpty === undefined) return <Waiting isPage />;
  return <Navigate to={isEmpty ? "/data/import" : "/data/sources"} replace />;
}
