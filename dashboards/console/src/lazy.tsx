import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/**
 * lazy is a component whose code is loaded when it is first shown, or when preload is called. While the server is away it tries again each
 * second.
 */
export function lazy<P extends object>(load: () => Promise<ComponentType<P>>) {
  let made: ComponentType<P> | null = null;
  const preload = async () => {
    made ??= await load();
  };
  function Lazy(props: P) {
    const [ready, setReady] = useState(made !== null);
    useEffect(() => {
      let timer: ReturnType<typeof setTimeout>;
      const attempt = () => {
        preload().then(
          () => setReady(true),
          () => (timer = setTimeout(attempt, 1000)),
        );
      };
      if (!ready) attempt();
      return () => clearTimeout(timer);
    }, []);
    if (!ready || !made) return <p class="empty">Loading …</p>;
    const Inner = made;
    return <Inner {...props} />;
  }
  return { Lazy, preload };
}
