import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError, drawnOf, getView, type Column, type View } from "./api";
import { saveBoard } from "./boardcard";
import { choiceOf, shapeOfChoice, withChoice, type Choice } from "./choice";
import { orderColumn } from "./columns";
import { Figure } from "./figure";
import { count, rate, watermark } from "./format";
import { QueryGraph } from "./querygraph";
import { Grid } from "./grid";
import { useLiveRows } from "./liverows";
import { State } from "./overview";
import { queryRates } from "./rates";
import { useQuery, viewPath } from "./route";
import { SQLText } from "./sqltext";
import { unitWord } from "./unit";
import type { Live } from "./status";
import { useWhy, WhyDetails, WhySummary } from "./why";

/** ViewPage shows one view: what it computes, its newest rows, and a plot that moves with each commit. */
export function ViewPage({ name, live }: { name: string; live: Live }) {
  const [view, setView] = useState<View | ApiError | null>(null);
  // Ask again once the server is back: a view may have been made anew meanwhile.
  useEffect(() => {
    if (live.connection === "live") getView(name).then((v) => setView((old) => same(old, v)), (e) => e instanceof ApiError && setView(e));
  }, [name, live.connection === "live"]);
  if (view === null) return <p class="empty">Loading …</p>;
  if (view instanceof ApiError) return <NotFound error={view} />;
  return <Known view={view} live={live} />;
}

/** same keeps the old object if nothing in it has changed, so that the page does not start over. */
function same(old: View | ApiError | null, now: View): View {
  const keep = old !== null && !(old instanceof ApiError);
  const told = (v: View) => JSON.stringify([v.sql, v.title, v.description, v.columns]);
  return keep && told(old) === told(now) ? old : now;
}

function NotFound({ error }: { error: ApiError }) {
  return (
    <>
      <h1>{error.message}</h1>
      {error.names && error.names.length > 0 && <p>There are:</p>}
      <ul>
        {error.names?.map((n) => (
          <li key={n}>
            <a href={viewPath(n)}>{n}</a>
          </li>
        ))}
      </ul>
    </>
  );
}

function Known({ view, live }: { view: View; live: Live }) {
  const [query, setQuery] = useQuery();
  const choice = useMemo(() => choiceOf(query, view.columns, view.sql), [query.toString(), view]);
  const shape = useMemo(() => shapeOfChoice(choice, view.columns), [view, choice.x]);
  const data = useLiveRows(view, shape, view.columns[choice.y[0]]?.name);
  const choose = (c: Choice) => setQuery(withChoice(query, c, view.columns, view.sql));
  const columns = useMemo(() => data.table && described(data.table.columns, view.columns), [data.table, view]);
  const why = useWhy(view.view);
  const holder = why?.sources.find((s) => s.partitions.some((p) => p.holds))?.name;
  return (
    <>
      <Head view={view} live={live} connected={data.connected} />
      {choice.y.length > 0 && (
        <Figure
          columns={view.columns}
          choice={choice}
          choose={choose}
          rows={data.rows}
          version={data.version}
          table={data.table?.rows ?? null}
          trace={data.trace}
          empty={`Nothing to draw yet${view.emit === "close" ? ": no window has closed" : ""}.`}
        />
      )}
      <section class="card flows" aria-label="Flow">
        <h2>Flow</h2>
        {why && <WhySummary why={why} />}
        <QueryGraph view={view.view} samples={live.samples} holder={holder} />
        {why && <WhyDetails why={why} />}
      </section>
      {data.error && <p class="error-text">{data.error}</p>}
      <h2>{orderColumn(view.columns) ? "Newest rows" : "Rows"}</h2>
      {data.table ? (
        <Grid columns={columns ?? []} rows={data.table.rows} testid="view-table" label={`Rows of ${view.view}`} />
      ) : (
        <p class="empty">Loading …</p>
      )}
      <Definition view={view} />
    </>
  );
}

/** described adds what a view tells of its columns to those of a result. */
function described(columns: Column[], known: Column[]): Column[] {
  return columns.map((c) => ({ ...known.find((k) => k.name === c.name), ...c }));
}

function Head({ view, live, connected }: { view: View; live: Live; connected: boolean }) {
  const query = live.samples.at(-1)?.status.queries?.find((q) => q.view === view.view);
  const rates = queryRates(live.samples, view.view);
  const w = watermark(query?.watermark ?? -Infinity);
  return (
    <>
      <div class="title">
        <h1>{view.title || view.view}</h1>
        {view.title && <span class="mono dim">{view.view}</span>}
        {query && <State state={query.state} />}
        <span class={`state ${connected ? "streaming" : "waiting"}`} data-testid="stream-state">
          {connected ? "following commits" : "connecting …"}
        </span>
      </div>
      {view.description && <p data-testid="view-description">{view.description}</p>}
      {query?.error && <p class="error-text">{query.error}</p>}
      <p class="facts">
        <Fact name="from" value={view.source} /> <Fact name="emit" value={view.emit} />{" "}
        <Fact name="rows in / s" value={rate(rates?.rowsIn)} /> <Fact name="rows out / s" value={rate(rates?.rowsOut)} />{" "}
        <Fact name="late rows" value={count(query?.late_rows ?? 0)} /> <Fact name="watermark" value={w.text} /> <span class="dim">{w.behind}</span>
      </p>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <span class="fact">
      <span class="dim">{name}</span> {value}
    </span>
  );
}

function Definition({ view }: { view: View }) {
  const told = view.columns.some((c) => c.unit || c.comment);
  return (
    <div class="columns">
      <section>
        <h2>Query</h2>
        <SQLText sql={view.sql} />
      </section>
      <section>
        <h2>Columns</h2>
        <div class="scroll card" tabIndex={0} role="region" aria-label="Columns">
          <table>
            <tbody>
              {view.columns.map((c) => (
                <tr key={c.name}>
                  <td>{c.name}</td>
                  <td class="dim mono">{c.type}</td>
                  {told && <td>{unitWord(c.unit)}</td>}
                  {told && <td>{c.comment}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <Dashboard view={view.view} />
      </section>
    </div>
  );
}

/** Dashboard hands out the Grafana dashboard that is generated for a view. */
function Dashboard({ view }: { view: string }) {
  const [error, setError] = useState("");
  const save = () =>
    drawnOf(view).then(
      (d) => {
        saveBoard(d);
        setError("");
      },
      (e) => setError(e instanceof ApiError ? e.message : "Weir does not answer"),
    );
  return (
    <p class="dim">
      <button data-testid="view-dashboard" onClick={save}>
        Grafana dashboard
      </button>{" "}
      the file that `weir dashboard {view}` makes {error && <span class="error-text">{error}</span>}
    </p>
  );
}
