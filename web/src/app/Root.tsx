/** Continues a session of before a reload, or of another tab, before anything else is shown. */
import { useEffect, useState } from "react";
import { Outlet } from "react-router";
import { resumeSession } from "@/session/session";
import { Waiting } from "@/components/Waiting";

export function Root() {
  const [isReady, setReady] = useState(false);
  useEffect(() => {
    void resumeSession().finally(() => setReady(true));
  }, []);
  return isReady ? <Outlet /> : <Waiting />;
}
