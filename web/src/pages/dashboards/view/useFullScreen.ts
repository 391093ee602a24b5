/** The dashboard alone on the screen, e.g. on a wall; `?full=1` in the address, so that it can be linked to. */
import { useHotkeys } from "@mantine/hooks";
import { useCallback, useEffect } from "react";
import { useUrlState } from "@/components/useUrlState";

export function useFullScreen(): { isFull: boolean; toggle: () => void } {
  const [value, setValue] = useUrlState("full", "");
  const isFull = value === "1";
  const leave = useCallback(() => {
    setValue(null);
    if (document.fullscreenElement !== null) void document.exitFullscreen();
  }, [setValue]);

  useEffect(() => {
    // The browser leaves by itself when people press Escape.
    const follow = () => document.fullscreenElement === null && setValue(null);
    document.addEventListener("fullscreenchange", follow);
    return () => document.removeEventListener("fullscreenchange", follow);
  }, [setValue]);
  useHotkeys([["Escape", () => isFull && leave()]]);

  const enter = () => {
    setValue("1");
    // Not every browser has it, and some refuse; the page fills the window all the same.
    document.documentElement.requestFullscreen().catch(() => undefined);
  };
  return { isFull, toggle: isFull ? leave : enter };
}
