import { useEffect, useState } from "preact/hooks";
import { ApiError, getStatus } from "./api";
import type { Sample } from "./rates";

export type Connection = "connecting" | "live" | "lost" | "locked";

export interface Live {
  connection: Connection;
  samples: Sample[]; // of the last minute, the newest last
  heard: string; // when the last of them came, by this machine's clock
}

const KEPT = 61;

/** useLive asks for the status each second, for as long as the page is open, whether or not the server answers. */
export function useLive(): Live {
  const [live, setLive] = useState<Live>({ connection: "connecting", samples: [], heard: "" });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let stopped = false;
    const poll = async () => {
      try {
        const status = await getStatus(AbortSignal.timeout(5000));
        if (!stopped) setLive((l) => ({ connection: "live", samples: [...l.samples, { at: performance.now(), status }].slice(-KEPT), heard: new Date().toLocaleTimeString() }));
      } catch (e) {
        const locked = e instanceof ApiError && e.code === "unauthorized";
        if (!stopped) setLive((l) => ({ ...l, connection: locked ? "locked" : "lost" }));
      }
      if (!stopped) timer = setTimeout(poll, 1000);
    };
    void poll();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, []);
  return live;
}
