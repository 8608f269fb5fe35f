import { useEffect, useState } from "preact/hooks";
import { Help } from "./help";
import { lazy } from "./lazy";
import { LettersPage } from "./letterspage";
import { Overview } from "./overview";
import { useRoute, type Route } from "./route";
import { useShortcuts } from "./shortcuts";
import { useLive, type Connection, type Live } from "./status";
import { nextTheme, useTheme } from "./theme";
import { TokenForm } from "./tokenform";

const words: Record<Connection, string> = { connecting: "connecting …", live: "live", lost: "no connection, trying again …", locked: "a token is wanted" };

// Pages with an editor or a plot come in pieces of their own, so that the first page is there soon. They are fetched while nothing else is to do.
const sql = lazy(async () => (await import("./sqlpage")).SQLPage);
const view = lazy(async () => (await import("./view")).ViewPage);
const create = lazy(async () => (await import("./newpage")).NewPage);

export function App() {
  const route = useRoute();
  const live = useLive();
  const [help, setHelp] = useState(false);
  useShortcuts(() => setHelp(true));
  useEffect(() => {
    document.title = titleOf(route);
  }, [titleOf(route)]);
  useEffect(() => {
    const later = setTimeout(() => [sql, view, create].forEach((p) => p.preload().catch(() => {})), 1500); // the page itself tries again
    return () => clearTimeout(later);
  }, []);
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
          <Tab href="/" name="Overview" current={route.page === "overview" || route.page === "view"} />
          <Tab href="/sql" name="SQL" current={route.page === "sql"} />
          <Tab href="/new" name="New view" current={route.page === "new"} />
          <Tab href="/letters" name="Dead letters" current={route.page === "letters"} />
        </nav>
        <span class={`connection ${live.connection}`} role="status" data-testid="connection">
          {words[live.connection]}
        </span>
        <ThemeSwitch />
        <button class="icon" aria-label="Show the keys" title="Keys (?)" data-testid="help-open" onClick={() => setHelp(true)}>
          ?
        </button>
      </header>
      {live.connection === "lost" && <Lost live={live} />}
      <main id="main" tabIndex={-1}>
        {live.connection === "locked" ? <TokenForm /> : <Page route={route} live={live} />}
      </main>
      <Help open={help} close={() => setHelp(false)} />
    </>
  );
}

function titleOf(route: Route): string {
  const names = { overview: "", sql: "SQL", new: "New view", letters: "Dead letters", view: route.page === "view" ? route.view : "" };
  return names[route.page] ? `${names[route.page]} – Weir` : "Weir";
}

function Page({ route, live }: { route: Route; live: Live }) {
  if (route.page === "sql") return <sql.Lazy live={live} />;
  if (route.page === "new") return <create.Lazy live={live} />;
  if (route.page === "letters") return <LettersPage live={live} />;
  if (route.page === "view") return <view.Lazy key={route.view} name={route.view} live={live} />;
  return <Overview live={live} />;
}

/** Lost says that the server is away, and since when what is shown is old. */
function Lost({ live }: { live: Live }) {
  return (
    <p class="lost-bar" role="alert" data-testid="lost">
      Weir at {location.host} does not answer. {live.samples.length > 0 && `What you see is from ${live.heard}. `}This page tries again each second and goes on by
      itself.
    </p>
  );
}

function ThemeSwitch() {
  const { theme } = useTheme();
  const signs = { system: "◐", light: "☀", dark: "☾" };
  return (
    <button class="icon" aria-label={`Colours: ${theme}. Switch`} title={`Colours: ${theme} (t)`} data-testid="theme" onClick={nextTheme}>
      <span aria-hidden="true">{signs[theme]}</span>
    </button>
  );
}

function Tab({ href, name, current }: { href: string; name: string; current: boolean }) {
  return (
    <a href={href} aria-current={current ? "page" : undefined}>
      {name}
    </a>
  );
}
