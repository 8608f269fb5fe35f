import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, downloadCSV, getViews, quoteIdent, runSQL, type Result, type View } from "./api";
import { Editor } from "./editor";
import { count, span } from "./format";
import { Grid } from "./grid";
import { pastStatements, remember } from "./past";

const LIMIT = 10_000;
const CSV_LIMIT = 1_000_000;

type Outcome = { result: Result; ms: number } | { error: ApiError };

/** SQLPage runs statements over the views. */
export function SQLPage() {
  const [views, setViews] = useState<View[]>([]);
  const [past, setPast] = useState(pastStatements);
  // The editor owns its text and tells it; only what is given to it from outside replaces that.
  const [given, setGiven] = useState({ text: past[0] ?? "" });
  const [text, setText] = useState(given.text);
  const [ran, setRan] = useState("");
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const running = useRef<AbortController | null>(null);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    getViews().then(
      (list) => {
        setViews(list);
        if (list.length > 0) setGiven((g) => (g.text ? g : { text: `FROM ${quoteIdent(list[0].view)} LIMIT 100` }));
      },
      () => {}, // without names there is no completion of them; the page's head shows that the server is away
    );
    return () => running.current?.abort();
  }, []);

  const run = async () => {
    if (!text.trim()) return;
    running.current?.abort();
    const mine = (running.current = new AbortController());
    setBusy(true);
    setPast(remember(text));
    const done = await execute(text, mine.signal);
    if (running.current !== mine) return;
    running.current = null;
    setBusy(false);
    setRan(text);
    setOutcome(done);
  };
  const stop = () => running.current?.abort();
  const save = () => downloadCSV(ran, CSV_LIMIT).catch((e) => setOutcome({ error: errorOf(e) }));
  const error = outcome && "error" in outcome ? outcome.error : undefined;
  return (
    <>
      <h1 class="hidden">SQL</h1>
      <Editor given={given} views={views} mark={markOf(error, text === ran)} onChange={setText} onRun={run} />
      <div class="toolbar">
        <button class="primary" data-testid="sql-run" onClick={run}>
          Run
        </button>
        <kbd>Ctrl</kbd>+<kbd>Enter</kbd>
        {busy && <button onClick={stop}>Stop</button>}
        <Summary outcome={outcome} busy={busy} />
        {outcome && "result" in outcome && (
          <button class="push" data-testid="sql-csv" onClick={save}>
            Download CSV
          </button>
        )}
      </div>
      {error && <Mistake error={error} statement={ran} />}
      {outcome && "result" in outcome && (
        <Grid columns={outcome.result.columns} rows={outcome.result.rows} testid="sql-result" label="Result" />
      )}
      <Past list={past} pick={(sql) => setGiven({ text: sql })} />
    </>
  );
}

async function execute(sql: string, signal: AbortSignal): Promise<Outcome> {
  const from = performance.now();
  try {
    return { result: await runSQL(sql, LIMIT, signal), ms: performance.now() - from };
  } catch (e) {
    return { error: errorOf(e) };
  }
}

function errorOf(e: unknown): ApiError {
  if (e instanceof ApiError) return e;
  const stopped = e instanceof DOMException && e.name === "AbortError";
  return new ApiError({ code: "network", message: stopped ? "stopped" : "Weir does not answer" });
}

let marked: { error: ApiError; mark: { at: number; message: string } } | undefined;

/** markOf is where to mark an error: nowhere once the text has changed. The same error gives the same mark. */
function markOf(error: ApiError | undefined, current: boolean) {
  if (error?.position === undefined || !current) return undefined;
  if (marked?.error !== error) marked = { error, mark: { at: error.position, message: error.message } };
  return marked.mark;
}

function Summary({ outcome, busy }: { outcome: Outcome | null; busy: boolean }) {
  return (
    <span role="status" data-testid="sql-status" class="dim">
      {busy && "running …"}
      {!busy && outcome && "result" in outcome && (
        <>
          {count(outcome.result.rows.length)} {outcome.result.rows.length === 1 ? "row" : "rows"} in {span(outcome.ms)}
          {outcome.result.truncated && <span class="warn"> – cut at {count(LIMIT)} rows</span>}
        </>
      )}
    </span>
  );
}

/** Mistake prints an error with the line it is in and a caret below. */
function Mistake({ error, statement }: { error: ApiError; statement: string }) {
  return (
    <div class="card mistake" role="alert" data-testid="sql-error" data-position={error.position}>
      <p>{error.message}</p>
      {error.position !== undefined && <pre>{excerpt(statement, error.position)}</pre>}
    </div>
  );
}

function excerpt(statement: string, at: number): string {
  const before = statement.slice(0, at).split("\n");
  const line = statement.split("\n")[before.length - 1];
  const head = `line ${before.length}: `;
  return `${head}${line}\n${" ".repeat(head.length + before[before.length - 1].length)}^`;
}

function Past({ list, pick }: { list: string[]; pick: (sql: string) => void }) {
  if (list.length === 0) return null;
  return (
    <details class="past">
      <summary>Earlier statements</summary>
      <ul>
        {list.map((s) => (
          <li key={s}>
            <button class="link" onClick={() => pick(s)}>
              {s}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
