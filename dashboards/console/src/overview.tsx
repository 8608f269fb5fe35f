import { AlertList } from "./alertlist";
import type { Query, Sink, Source } from "./api";
import { bytes, count, rate, span, watermark } from "./format";
import { engineRates, history, queryRates, sourceRate, waiting, type Sample } from "./rates";
import { viewPath } from "./route";
import { Sparkline } from "./sparkline";
import type { Live } from "./status";

/** Overview shows every query, source and sink, and how the engine keeps up. */
export function Overview({ live }: { live: Live }) {
  const status = live.samples.at(-1)?.status;
  if (!status) return <p class="empty">{live.connection === "lost" ? "Weir does not answer." : "Loading …"}</p>;
  const queries = status.queries ?? [];
  const views = queries.filter((q) => !q.alert);
  const alerts = queries.filter((q) => q.alert);
  const sources = status.sources ?? [];
  return (
    <div class={live.connection === "lost" ? "stale" : ""}>
      <Engine samples={live.samples} />
      {alerts.length > 0 && <AlertList alerts={alerts} epoch={status.epoch} />}
      <h1>Views</h1>
      {views.length === 0 ? <p class="empty">No views yet. <a href="/new">Write one and preview it</a>, or put CREATE MATERIALIZED VIEW into the file that `weir run` is given.</p> : <Queries queries={views} samples={live.samples} />}
      <h2>Sources</h2>
      {sources.length === 0 ? <p class="empty">No sources yet. CREATE SOURCE makes one.</p> : <Sources sources={sources} samples={live.samples} />}
      {status.sinks && status.sinks.length > 0 && <Sinks sinks={status.sinks} queries={queries} />}
    </div>
  );
}

function Engine({ samples }: { samples: Sample[] }) {
  const status = samples.at(-1)!.status;
  const rates = engineRates(samples);
  const rows = (status.sources ?? []).reduce((sum, s) => sum + (sourceRate(samples, s.name) ?? 0), 0);
  return (
    <dl class="tiles">
      <Tile name="Records a second" value={rates ? rate(rows) : "–"} />
      <Tile name="Epoch" value={count(status.epoch)} testid="epoch" />
      <Tile name="Commits a second" value={rate(rates?.commits)} />
      <Tile name="Commit time" value={rates && rates.commitMs !== null ? span(rates.commitMs) : "–"} />
      <Tile name="Workers" value={count(status.workers)} />
      <Tile name="Up for" value={span(Date.now() - Date.parse(status.started))} />
    </dl>
  );
}

function Tile({ name, value, testid }: { name: string; value: string; testid?: string }) {
  return (
    <div class="tile">
      <dt>{name}</dt>
      <dd data-testid={testid}>{value}</dd>
    </div>
  );
}

function Queries({ queries, samples }: { queries: Query[]; samples: Sample[] }) {
  return (
    <div class="scroll card" tabIndex={0} role="region" aria-label="Views">
      <table>
        <thead>
          <tr>
            <th>View</th>
            <th>State</th>
            <th>Emit</th>
            <th>Source</th>
            <th class="n">Rows in / s</th>
            <th aria-label="Rows in over the last minute"></th>
            <th class="n">Rows out / s</th>
            <th class="n">Waiting</th>
            <th>Watermark (UTC)</th>
            <th class="n">Late</th>
          </tr>
        </thead>
        <tbody>
          {queries.map((q) => (
            <QueryRow key={q.view} q={q} samples={samples} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function QueryRow({ q, samples }: { q: Query; samples: Sample[] }) {
  const rates = queryRates(samples, q.view);
  const lag = waiting((samples.at(-1)!.status.sources ?? []).filter((s) => q.sources?.includes(s.name)));
  return (
    <tr data-testid="query-row" data-view={q.view}>
      <td>
        <a href={viewPath(q.view)} title={q.about?.description}>
          {q.view}
        </a>
        {q.about?.title && <div class="dim">{q.about.title}</div>}
      </td>
      <td>
        <State state={q.state} />
        {q.error && <div class="error-text">{q.error}</div>}
      </td>
      <td>{q.emit}</td>
      <td>{q.sources?.join(", ")}</td>
      <td class="n">{rate(rates?.rowsIn)}</td>
      <td class="spark">
        <Sparkline values={history(samples, q.view)} />
      </td>
      <td class="n">{rate(rates?.rowsOut)}</td>
      <td class="n">{lag === null ? "–" : count(lag)}</td>
      <td>
        <Watermark us={q.watermark} />
      </td>
      <td class={q.late_rows > 0 ? "n warn" : "n"}>{count(q.late_rows)}</td>
    </tr>
  );
}

export function State({ state }: { state: string }) {
  return <span class={`state ${state}`}>{state}</span>;
}

export function Watermark({ us }: { us: number }) {
  const w = watermark(us);
  return (
    <>
      <span class="mono">{w.text}</span> {w.behind && <span class="dim">{w.behind}</span>}
    </>
  );
}

function Sources({ sources, samples }: { sources: Source[]; samples: Sample[] }) {
  return (
    <div class="sources">
      {sources.map((s) => (
        <SourceCard key={s.name} s={s} samples={samples} />
      ))}
    </div>
  );
}

function SourceCard({ s, samples }: { s: Source; samples: Sample[] }) {
  return (
    <section class="card source" data-testid="source-row" data-source={s.name} aria-label={`Source ${s.name}`}>
      <div class="source-head">
        <h3>{s.name}</h3>
        <span class="dim">{s.connector}</span>
        <span class="push">
          <b>{rate(sourceRate(samples, s.name))}</b> <span class="dim">records / s</span>
        </span>
        <span>
          <b>{bytes(s.bytes)}</b> <span class="dim">read</span>
        </span>
        <a class={s.dead_letters > 0 ? "warn" : ""} href={`/letters?source=${encodeURIComponent(s.name)}`}>
          <b>{count(s.dead_letters)}</b> dead letters
        </a>
      </div>
      {s.error && <p class="error-text">{s.error}</p>}
      <Partitions s={s} />
    </section>
  );
}

function Partitions({ s }: { s: Source }) {
  if (!s.partitions?.length) return null;
  return (
    <div class="scroll partitions" tabIndex={0} role="region" aria-label={`Partitions of ${s.name}`}>
      <table>
        <thead>
          <tr>
            <th>Partition</th>
            <th>State</th>
            <th class="n">Next</th>
            <th class="n">Waiting</th>
            <th>Watermark (UTC)</th>
          </tr>
        </thead>
        <tbody>
          {s.partitions.map((p) => (
            <tr key={p.partition}>
              <td>{p.partition}</td>
              <td>
                <State state={p.state} />
              </td>
              <td class="n">{count(p.next)}</td>
              <td class="n">{p.waiting < 0 ? "–" : count(p.waiting)}</td>
              <td>
                <Watermark us={p.watermark} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Sinks({ sinks, queries }: { sinks: Sink[]; queries: Query[] }) {
  return (
    <>
      <h2>Sinks</h2>
      <div class="scroll card" tabIndex={0} role="region" aria-label="Sinks">
        <table>
          <thead>
            <tr>
              <th>Sink</th>
              <th>Connector</th>
              <th>View</th>
              <th class="n">Rows delivered</th>
              <th class="n">Outbox</th>
              <th class="n">Failures</th>
              <th>State</th>
            </tr>
          </thead>
          <tbody>
            {sinks.map((s) => (
              <tr key={s.name} data-testid="sink-row">
                <td>{s.name}</td>
                <td>{s.connector}</td>
                <td>
                  <a href={viewPath(s.view)}>{s.view}</a>
                </td>
                <td class="n">{count(s.delivered)}</td>
                <td class="n">
                  {bytes(s.pending_bytes)}
                  {s.max_outbox > 0 && <span class="dim"> of {bytes(s.max_outbox)}</span>}
                </td>
                <td class="n">{count(s.failures)}</td>
                <td>
                  <State state={queries.some((q) => q.backpressure === s.name) ? "backpressured" : s.state} />
                  {s.error && <div class="error-text">{s.error}</div>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
