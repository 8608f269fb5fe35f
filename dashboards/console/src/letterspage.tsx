import { useEffect, useState } from "preact/hooks";
import { ApiError, replay, runSQL, type Replayed, type Result, type Row } from "./api";
import { count, span } from "./format";
import { Grid } from "./grid";
import { decode, lateCountsSQL, lateSQL, lettersSQL, NEWEST, ofReason, reasonsSQL } from "./letters";
import { useQuery } from "./route";
import type { Live } from "./status";

const MOST = 100;

interface Found {
  reasons: Result;
  letters: Result;
  lateCounts: Result;
  late: Result;
}

/** LettersPage shows what could not be decoded and what came too late, and gives letters again. */
export function LettersPage({ live }: { live: Live }) {
  const [query, setQuery] = useQuery();
  const source = query.get("source") ?? "";
  const kind = query.get("reason") ?? "";
  const { found, error, again } = useLetters(source, kind, live);
  const choose = (name: string, value: string) => {
    const next = new URLSearchParams(query);
    if (value) next.set(name, value);
    else next.delete(name);
    if (name === "source") next.delete("reason");
    setQuery(next);
  };
  const status = live.samples.at(-1)?.status;
  return (
    <>
      <h1>Dead letters and late rows</h1>
      <div class="choices">
        <label>
          Source{" "}
          <select data-testid="letters-source" value={source} onChange={(e) => choose("source", e.currentTarget.value)}>
            <option value="">all</option>
            {(status?.sources ?? []).map((s) => (
              <option key={s.name} value={s.name}>
                {s.name}
              </option>
            ))}
          </select>
        </label>
        {kind && <button onClick={() => choose("reason", "")}>All reasons</button>}
      </div>
      {error && (
        <p class="error-text" role="alert">
          {error}
        </p>
      )}
      {!found && !error && <p class="empty">Loading …</p>}
      {found && (
        <>
          <Reasons rows={found.reasons.rows} kind={kind} choose={(k) => choose("reason", k)} />
          <Replay source={source} kind={kind} lacking={lackingOf(found.reasons.rows, kind)} writable={status?.writable ?? false} done={again} />
          <Letters rows={found.letters.rows} />
          <Late counts={found.lateCounts} late={found.late} />
        </>
      )}
    </>
  );
}

/** useLetters asks again when the engine has counted more, and once the server is back. */
function useLetters(source: string, kind: string, live: Live) {
  const [found, setFound] = useState<Found | null>(null);
  const [error, setError] = useState("");
  const [asked, setAsked] = useState(0);
  const status = live.samples.at(-1)?.status;
  const counted = [...(status?.sources ?? []).map((s) => s.dead_letters), ...(status?.queries ?? []).map((q) => q.late_rows)].join();
  useEffect(() => {
    const left = new AbortController();
    const ask = (sql: string) => runSQL(sql, MOST, left.signal);
    Promise.all([ask(reasonsSQL(source)), ask(lettersSQL(source, kind)), ask(lateCountsSQL(source)), ask(lateSQL(source))]).then(
      ([reasons, letters, lateCounts, late]) => {
        setFound({ reasons, letters, lateCounts, late });
        setError("");
      },
      (e) => e instanceof ApiError && setError(e.message), // the page's head says that the server is away
    );
    return () => left.abort();
  }, [source, kind, counted, asked, live.connection === "live"]);
  return { found, error, again: () => setAsked((n) => n + 1) };
}

const lackingOf = (reasons: Row[], kind: string) => reasons.filter((r) => !kind || r[1] === kind).reduce((sum, r) => sum + Number(r[3]), 0);

function Reasons({ rows, kind, choose }: { rows: Row[]; kind: string; choose: (kind: string) => void }) {
  if (rows.length === 0) return <p class="empty">No dead letters: every record could be decoded.</p>;
  return (
    <div class="scroll card" data-testid="reasons" tabIndex={0} role="region" aria-label="Reasons">
      <table>
        <thead>
          <tr>
            <th>Reason</th>
            <th>Source</th>
            <th class="n">Letters</th>
            <th class="n">Lacking</th>
            <th>Latest</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((r) => (
            <tr key={`${r[0]} ${r[1]}`} class={r[1] === kind ? "chosen" : ""}>
              <td class="wrap">
                <button class="link" aria-pressed={r[1] === kind} onClick={() => choose(r[1] === kind ? "" : String(r[1]))}>
                  {String(r[1])}
                </button>
              </td>
              <td>{String(r[0])}</td>
              <td class="n">{count(Number(r[2]))}</td>
              <td class="n">{count(Number(r[3]))}</td>
              <td>{ago(r[4])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const ago = (at: unknown) => (typeof at === "string" ? `${span(Date.now() - Date.parse(at))} ago` : "");

interface ReplayProps {
  source: string;
  kind: string;
  lacking: number;
  writable: boolean;
  done: () => void;
}

/** Replay gives the letters that are chosen to the views that lack them, where that is allowed. */
function Replay({ source, kind, lacking, writable, done }: ReplayProps) {
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<Replayed | ApiError | null>(null);
  useEffect(() => setSaid(null), [source, kind]);
  const run = async () => {
    setBusy(true);
    setSaid(await replay(source, ofReason(kind)).catch((e) => (e instanceof ApiError ? e : new ApiError({ code: "network", message: "Weir does not answer" }))));
    setBusy(false);
    done();
  };
  const what = [source && `of ${source}`, kind && "with this reason"].filter(Boolean).join(" ");
  return (
    <div class="toolbar" data-testid="replay">
      <button disabled={!writable || lacking === 0 || busy} data-testid="replay-run" onClick={run}>
        {busy ? "Replaying …" : `Replay ${count(lacking)} ${lacking === 1 ? "letter" : "letters"} ${what}`}
      </button>
      <span class="dim" role="status" data-testid="replay-said">
        {said instanceof ApiError ? <span class="error-text">{said.message}</span> : said ? outcome(said) : hint(writable, lacking)}
      </span>
    </div>
  );
}

function hint(writable: boolean, lacking: number): string {
  if (!writable) return "Start Weir with --writable to replay from here, or stop it and use: weir replay dead-letters --db FILE";
  return lacking === 0 ? "No view lacks any of them." : "Mend the source's columns first: a letter that still does not decode stays dead.";
}

function outcome(r: Replayed): string {
  const dead = r.problems.map((p) => `${count(p.letters)}: ${p.reason}`).join("; ");
  return `${count(r.replayed)} of ${count(r.chosen)} counted now, ${count(r.dead)} dead again${dead ? ` (${dead})` : ""}, ${count(r.late)} late.`;
}

/** Letters are the newest ones, each with its bytes. Columns are those of lettersSQL. */
function Letters({ rows }: { rows: Row[] }) {
  if (rows.length === 0) return null;
  return (
    <>
      <h2>Newest letters</h2>
      {rows.length === NEWEST && <p class="dim">The newest {NEWEST}.</p>}
      <ul class="letters" data-testid="letters">
        {rows.map((r) => (
          <Letter key={`${r[0]} ${r[1]} ${r[2]} ${r[4]}`} r={r} />
        ))}
      </ul>
    </>
  );
}

function Letter({ r: [source, partition, offset, reason, at, value, bytes, lacking, replayed, error] }: { r: Row }) {
  const shown = typeof value === "string" ? decode(value) : { kind: "text", text: "" };
  return (
    <li class="card letter">
      <p>
        <b>{String(reason)}</b>
      </p>
      <p class="dim">
        {String(source)}[{String(partition)}] at {count(Number(offset))}, {ago(at)} · {count(Number(bytes))} bytes, {shown.kind}
        {lacking ? ` · lacked by ${lacking}` : ""}
        {replayed ? ` · replayed to ${replayed}` : ""}
      </p>
      {error && <p class="error-text">tried again: {String(error)}</p>}
      <pre tabIndex={0} aria-label="What came">
        {shown.text || "(nothing)"}
      </pre>
    </li>
  );
}

function Late({ counts, late }: { counts: Result; late: Result }) {
  return (
    <>
      <h2>Late rows</h2>
      {counts.rows.length === 0 ? (
        <p class="empty">No late rows: every row came before its window was written.</p>
      ) : (
        <>
          <Grid columns={counts.columns} rows={counts.rows} testid="late-counts" label="Late rows by view" />
          <h3 class="above">The newest</h3>
          <Grid columns={late.columns} rows={late.rows} testid="late-rows" label="Newest late rows" />
        </>
      )}
    </>
  );
}
