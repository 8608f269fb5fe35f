import { useEffect, useState } from "preact/hooks";

export type Route = { page: "overview" } | { page: "sql" } | { page: "view"; view: string };

export function routeOf(path: string): Route {
  if (path === "/sql") return { page: "sql" };
  const view = /^\/views\/([^/]+)$/.exec(path);
  return view ? { page: "view", view: decodeURIComponent(view[1]) } : { page: "overview" };
}

export const viewPath = (view: string) => `/views/${encodeURIComponent(view)}`;

/** useRoute is where the page is. Links of this page change it without loading anew. */
export function useRoute(): Route {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const moved = () => setPath(location.pathname);
    const clicked = (e: MouseEvent) => {
      const link = (e.target as Element).closest("a");
      if (!link || link.origin !== location.origin || link.download || e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey) return;
      if (link.getAttribute("href")!.startsWith("#")) return;
      e.preventDefault();
      history.pushState(null, "", link.href);
      moved();
      window.scrollTo(0, 0);
    };
    addEventListener("popstate", moved);
    document.addEventListener("click", clicked);
    return () => {
      removeEventListener("popstate", moved);
      document.removeEventListener("click", clicked);
    };
  }, []);
  return routeOf(path);
}
