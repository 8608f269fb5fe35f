import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError, download, quoteIdent, runSQL, type Format, type Result } from "./api";
import { guess, NONE, shapeOfChoice } from "./choice";
import { Editor } from "./editor";
import { Figure } from "./figure";
import { count, span } from "./format";
import { Grid } from "./grid";
import { errorOf, markOf, Mistake } from "./mistake";
import { useNames } from "./names";
import { pastStatements, remember } from "./past";
import { Rows } from "./series";
import type { Live } from "./status";

const LIMIT = 10_000;
const FILE_LIMIT = 1_000_000;

type Outcome = { result: Result; ms: number } | { error: ApiError };

/** SQLPage runs statements over the views. */
export function SQLPage({ live }: { live: Live }) {
  const schema = useNames(live.connection === "live");
  const [past, setPast] = useState(pastStatements);
  // The editor owns its text and tells it; only what is given to it from outside replaces that.
  const [given, setGiven] = useState({ text: past[0] ?? "" });
  const [text, setText] = useState(given.text);
  const typed = useRef(text);
  typed.current = text;
  const [ran, setRan] = useState("");
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const running = useRef<AbortController | null>(null);
  const [busy, setBusy] = useState(false);

  useEffect(() => {
    const view = schema.tables.find((t) => t.kind === "view");
    if (view && !typed.current.trim()) setGiven({ text: `FROM ${quoteIdent(view.name)} LIMIT 100` });
  }, [schema]);
  useEffect(() => () => running.current?.abort(), []);

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
  const save = (format: Format) => download(ran, FILE_LIMIT, format).catch((e) => setOutcome({ error: errorOf(e) }));
  const error = outcome && "error" in outcome ? outcome.error : undefined;
  const result = outcome && "result" in outcome ? outcome.result : undefined;
  return (
    <>
      <h1 class="hidden">SQL</h1>
      <Editor given={given} schema={schema} mark={markOf(error, text === ran)} onChange={setText} onRun={run} onStop={busy ? stop : undefined} />
      <div class="toolbar">
        <button class="primary" data-testid="sql-run" onClick={run}>
          Run
        </button>
        <span class="keys">
          <kbd>Ctrl</kbd>+<kbd>Enter</kbd>
        </span>
        {busy && (
          <button data-testid="sql-stop" onClick={stop}>
            Stop
          </button>
        )}
        <Summary outcome={outcome} busy={busy} />
        {result && result.columns.length > 0 && (
          <span class="push">
            <button data-testid="sql-csv" onClick={() => save("csv")}>
              CSV
            </button>{" "}
            <button data-testid="sql-parquet" onClick={() => save("parquet")}>
              Parquet
            </button>
          </span>
        )}
      </div>
      {error && <Mistake error={error} statement={ran} testid="sql-error" />}
      {result && <Answer result={result} sql={ran} />}
      <Past list={past} pick={(sql) => setGiven({ text: sql })} />
    </>
  );
}

/** Answer shows a result as a table, or as a plot of its columns. */
function Answer({ result, sql }: { result: Result; sql: string }) {
  const [plotted, setPlotted] = useState(false);
  const numeric = guess(result.columns, sql).y.length > 0 && result.rows.length > 0;
  return (
    <>
      {numeric && (
        <div class="tabs" role="group" aria-label="Show as">
          <button aria-pressed={!plotted} onClick={() => setPlotted(false)}>
            Table
          </button>
          <button aria-pressed={plotted} data-testid="sql-plot" onClick={() => setPlotted(true)}>
            Plot
          </button>
        </div>
      )}
      {numeric && plotted ? <ResultPlot key={JSON.stringify(result.columns)} result={result} sql={sql} /> : <Grid columns={result.columns} rows={result.rows} testid="sql-result" label="Result" />}
    </>
  );
}

/** ResultPlot draws rows that do not change. It is made anew for other columns. */
function ResultPlot({ result, sql }: { result: Result; sql: string }) {
  const [choice, choose] = useState(() => guess(result.columns, sql));
  const rows = useMemo(() => {
    if (choice.x === NONE) return null;
    const held = new Rows(shapeOfChoice(choice, result.columns));
    held.load(result.rows);
    return held;
  }, [result, choice.x]);
  return <Figure columns={result.columns} choice={choice} choose={choose} rows={rows} version={0} table={result.rows} empty="No row has a time and a number." />;
}

async function execute(sql: string, signal: AbortSignal): Promise<Outcome> {
  const from = performance.now();
  try {
    return { result: await runSQL(sql, LIMIT, signal), ms: performance.now() - from };
  } catch (e) {
    return { error: errorOf(e) };
  }
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
