/** A live connection for as long as a component is shown. */
import { useEffect, useRef, useState } from "react";
import { LiveSocket, type SocketState } from "./socket";

type Options = {
  /** Null for no connection. */
  path: string | null;
  onMessage: (data: unknown) => void;
  onOpen?: (send: (data: object) => void) => void;
};

/** Returns the state of the connection and a function that sends over it. */
export function useSocket({ path, onMessage, onOpen }: Options): {
  state: SocketState;
  send: (data: object) => void;
} {
  const [state, setState] = useState<SocketState>("connecting");
  const handlers = useRef({ onMessage, onOpen });
  const socket = useRef<LiveSocket | null>(null);
  useEffect(() => {
    handlers.current = { onMessage, onOpen };
  });
  useEffect(() => {
    if (path === null) return undefined;
    const live = new LiveSocket({
      path,
      onMessage: (data) => handlers.current.onMessage(data),
      onOpen: (send) => handlers.current.onOpen?.(send),
      onState: setState,
    });
    socket.current = live;
    return () => live.close();
  }, [path]);
  const [send] = useState(() => (data: object) => socket.current?.send(data));
  return { state, send };
}
