/** Leads to the import while there is no source yet, and to the sources otherwise. */
import { Center, Loader } from "@mantine/core";
import { Navigate } from "react-router";
import { useIsEmpty } from "./parts/useIsEmpty";

export function Component() {
  const isEmpty = useIsEmpty();
  if (isEmpty === undefined) {
    return (
      <Center mih={200}>
        <Loader type="dots" />
      </Center>
    );
  }
  return <Navigate to={isEmpty ? "/data/import" : "/data/sources"} replace />;
}
