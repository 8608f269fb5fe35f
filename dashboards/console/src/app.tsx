import { useEffect } from "preact/hooks";
import { Overview } from "./overview";
import { useRoute, type Route } from "./route";
import { SQLPage } from "./sqlpage";
import { useLive, type Connection } from "./status";
import { TokenForm } from "./tokenform";
import { ViewPage } from "./view";

const words: Record<Connection, string> = { connecting: "connecting …", live: "live", lost: "no connection, trying again …", locked: "a token is wanted" };

export function App() {
  const route = useRoute();
  const live = useLive();
  useEffect(() => {
    document.title = route.page === "view" ? `${route.view} – Weir` : route.page === "sql" ? "SQL – Weir" : "Weir";
  }, [route.page, route.page === "view" && route.view]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header>
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="26" height="26" /> Weir
        </a>
        <nav aria-label="Pages">
          <Tab href="/" name="Overview" current={route.page !== "sql"} />
          <Tab href="/sql" name="SQL" current={route.page === "sql"} />
        </nav>
        <span class={`connection ${live.connection}`} role="status" data-testid="connection">
          {words[live.connection]}
        </span>
      </header>
      <main id="main">
        {live.connection === "locked" ? <TokenForm /> : <Page route={route} live={live} />}
      </main>
    </>
  );
}

function Page({ route, live }: { route: Route; live: ReturnType<typeof useLive> }) {
  if (route.page === "sql") return <SQLPage />;
  if (route.page === "view") return <ViewPage key={route.view} name={route.view} live={live} />;
  return <Overview live={live} />;
}

function Tab({ href, name, current }: { href: string; name: string; current: boolean }) {
  return (
    <a href={href} aria-current={current ? "page" : undefined}>
      {name}
    </a>
  );
}
