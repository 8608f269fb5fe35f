import { useEffect, useState } from "preact/hooks";

export type Route = { page: "overview" } | { page: "sql" } | { page: "new" } | { page: "letters" } | { page: "view"; view: string };

const fixed: Record<string, Route> = { "/sql": { page: "sql" }, "/new": { page: "new" }, "/letters": { page: "letters" } };

export function routeOf(path: string): Route {
  if (fixed[path]) return fixed[path];
  const view = /^\/views\/([^/]+)$/.exec(path);
  return view ? { page: "view", view: decodeURIComponent(view[1]) } : { page: "overview" };
}

export const viewPath = (view: string) => `/views/${encodeURIComponent(view)}`;

const MOVED = "weir-moved";

/** go shows another page without loading anew. */
export function go(href: string) {
  history.pushState(null, "", href);
  dispatchEvent(new Event(MOVED));
  scrollTo(0, 0);
}

/** useRoute is where the page is. Links of this page change it without loading anew. */
export function useRoute(): Route {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const moved = () => setPath(location.pathname);
    addEventListener("popstate", moved);
    addEventListener(MOVED, moved);
    document.addEventListener("click", clicked);
    return () => {
      removeEventListener("popstate", moved);
      removeEventListener(MOVED, moved);
      document.removeEventListener("click", clicked);
    };
  }, []);
  return routeOf(path);
}

function clicked(e: MouseEvent) {
  const link = (e.target as Element).closest("a");
  if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin || link.download || link.target) return;
  if (e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || link.getAttribute("href")!.startsWith("#")) return;
  e.preventDefault();
  go(link.href);
}

/** useQuery is a part of the address behind the question mark, which the page may set: what a reader has chosen can be bookmarked. */
export function useQuery(): [URLSearchParams, (next: URLSearchParams) => void] {
  const [text, setText] = useState(location.search);
  useEffect(() => {
    const moved = () => setText(location.search);
    addEventListener("popstate", moved);
    addEventListener(MOVED, moved);
    return () => {
      removeEventListener("popstate", moved);
      removeEventListener(MOVED, moved);
    };
  }, []);
  const set = (next: URLSearchParams) => {
    const search = next.size > 0 ? `?${next}` : "";
    history.replaceState(null, "", location.pathname + search);
    setText(search);
  };
  return [new URLSearchParams(text), set];
}
