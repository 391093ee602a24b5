/** Continues a session of before a reload, or of another tab, before anything else is shown. */
import { Center, Loader } from "@mantine/core";
import { useEffect, useState } from "react";
import { Outlet } from "react-router";
import { resumeSession } from "@/session/session";

export function Root() {
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    void resumeSession().finally(() => setReady(true));
  }, []);
  return isReady ? (
    <Outlet />
  ) : (
    <Center h="100vh">
      <Loader type="dots" />
    </Center>
  );
}
