import { useEffect, useMemo, useState } from "preact/hooks";
import { ApiError, getView, type Result, type View } from "./api";
import { Bars } from "./bars";
import { shapeOf, type Shape } from "./columns";
import { count, rate, watermark } from "./format";
import { Grid } from "./grid";
import { useLiveRows } from "./liverows";
import { State } from "./overview";
import { Plot } from "./plot";
import { queryRates } from "./rates";
import { viewPath } from "./route";
import { MAX_LINES, type Rows } from "./series";
import { SQLText } from "./sqltext";
import type { Live } from "./status";
import { WhyCard } from "./why";

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
  return keep && old.sql === now.sql && JSON.stringify(old.columns) === JSON.stringify(now.columns) ? old : now;
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
  const shape = useMemo(() => shapeOf(view.columns, view.sql), [view]);
  const [measure, setMeasure] = useState(shape.measures[0] ?? -1);
  const [keys, setKeys] = useState(shape.keys);
  const data = useLiveRows(view, shape, view.columns[measure]?.name);
  return (
    <>
      <Head view={view} live={live} connected={data.connected} />
      <WhyCard view={view.view} />
      {measure >= 0 && (
        <section class="card" aria-label="Plot">
          <Choices view={view} shape={shape} measure={measure} setMeasure={setMeasure} keys={keys} setKeys={setKeys} />
          <Chart view={view} shape={shape} rows={data.rows} version={data.version} table={data.table} measure={measure} keys={keys} />
        </section>
      )}
      {data.error && <p class="error-text">{data.error}</p>}
      <h2>{shape.time >= 0 ? "Newest rows" : "Rows"}</h2>
      {data.table ? (
        <Grid columns={data.table.columns} rows={data.table.rows} testid="view-table" label={`Rows of ${view.view}`} />
      ) : (
        <p class="empty">Loading …</p>
      )}
      <Definition view={view} />
    </>
  );
}

function Head({ view, live, connected }: { view: View; live: Live; connected: boolean }) {
  const query = live.samples.at(-1)?.status.queries?.find((q) => q.view === view.view);
  const rates = queryRates(live.samples, view.view);
  const w = watermark(query?.watermark ?? -Infinity);
  return (
    <>
      <div class="title">
        <h1>{view.view}</h1>
        {query && <State state={query.state} />}
        <span class={`state ${connected ? "streaming" : "waiting"}`} data-testid="stream-state">
          {connected ? "following commits" : "connecting …"}
        </span>
      </div>
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

interface ChoicesProps {
  view: View;
  shape: Shape;
  measure: number;
  setMeasure: (i: number) => void;
  keys: number[];
  setKeys: (keys: number[]) => void;
}

/** Choices lets the reader say what is plotted. */
function Choices({ view, shape, measure, setMeasure, keys, setKeys }: ChoicesProps) {
  const names = (list: number[]) => list.map((i) => view.columns[i].name).join(", ");
  const others = view.columns.map((_, i) => i).filter((i) => i !== shape.time && i !== measure);
  const choices = [shape.keys, [], ...others.map((i) => [i])].filter((k, i, all) => all.findIndex((o) => names(o) === names(k)) === i);
  return (
    <div class="choices">
      <label>
        Measure{" "}
        <select data-testid="measure" value={measure} onChange={(e) => setMeasure(Number(e.currentTarget.value))}>
          {shape.measures.map((i) => (
            <option key={i} value={i}>
              {view.columns[i].name}
            </option>
          ))}
        </select>
      </label>
      {shape.time >= 0 && (
        <label>
          A line for each{" "}
          <select data-testid="series" value={names(keys)} onChange={(e) => setKeys(choices[e.currentTarget.selectedIndex])}>
            {choices.map((k) => (
              <option key={names(k)} value={names(k)}>
                {names(k) || "(one line)"}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

interface ChartProps {
  view: View;
  shape: Shape;
  rows: Rows | null;
  version: number;
  table: Result | null;
  measure: number;
  keys: number[];
}

function Chart({ view, shape, rows, version, table, measure, keys }: ChartProps) {
  const lines = useMemo(() => rows?.lines(measure, keys), [rows, version, measure, keys]);
  const name = view.columns[measure].name;
  if (shape.time < 0) return table && <Bars rows={table.rows} keys={shape.keys} measure={measure} label={name} />;
  if (!lines) return <div class="plot empty">Reading the history …</div>;
  return (
    <>
      {lines.points === 0 && <p class="dim">Nothing to draw yet{view.emit === "close" ? ": no window has closed" : ""}.</p>}
      <Plot lines={lines} label={lines.summed ? `sum of ${name}` : name} />
      <p class="dim note">
        {lines.summed ? `Sum of ${name}` : name} by {view.columns[shape.time].name}
        {lines.names.length === MAX_LINES && `; the ${MAX_LINES} greatest lines`}
      </p>
    </>
  );
}

function Definition({ view }: { view: View }) {
  return (
    <div class="columns">
      <section>
        <h2>Query</h2>
        <SQLText sql={view.sql} />
      </section>
      <section>
        <h2>Columns</h2>
        <div class="scroll card">
          <table>
            <tbody>
              {view.columns.map((c) => (
                <tr key={c.name}>
                  <td>{c.name}</td>
                  <td class="dim mono">{c.type}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </div>
  );
}
