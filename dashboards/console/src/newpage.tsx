import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError, apply, draw, plan, trial, validate, type Drawn, type Plan, type Schema, type Trial } from "./api";
import { BoardCard } from "./boardcard";
import { keepDraft, keptDraft, statementOf, type Draft } from "./draft";
import { Editor } from "./editor";
import { bytes, count } from "./format";
import { Grid } from "./grid";
import { errorOf, Mistake } from "./mistake";
import { useNames } from "./names";
import { go, viewPath } from "./route";
import type { Live } from "./status";

const PREVIEW = { rows: 200, seconds: 6 };
const CHECK_AFTER = 500; // ms after the last key

/** NewPage writes a view: it is checked while it is written, tried on live events, and created where Weir is writable. */
export function NewPage({ live }: { live: Live }) {
  const status = live.samples.at(-1)?.status;
  const schema = useNames(live.connection === "live");
  const [given] = useState(() => ({ text: keptDraft()?.select ?? "" }));
  const [draft, setDraft] = useState<Draft>(() => keptDraft() ?? { name: "", emit: "", select: "" });
  const change = (d: Partial<Draft>) =>
    setDraft((old) => {
      keepDraft({ ...old, ...d });
      return { ...old, ...d };
    });
  const { mistake, plan: planned, drawn, checked } = useCheck(draft, live.connection === "live");
  const tried = useTrial(draft);
  const name = draft.name.trim();
  return (
    <>
      <h1>New view</h1>
      <div class="choices">
        <label>
          Name <input data-testid="new-name" size={24} spellcheck={false} value={draft.name} onInput={(e) => change({ name: e.currentTarget.value })} />
        </label>
        <label>
          Rows are written{" "}
          <select data-testid="new-emit" value={draft.emit} onChange={(e) => change({ emit: e.currentTarget.value as Draft["emit"] })}>
            <option value="">as the query allows</option>
            <option value="close">once, when a window closes</option>
            <option value="changes">at each commit, as they change</option>
          </select>
        </label>
      </div>
      <Editor given={given} schema={withSources(schema, live)} label="SELECT of the view" mark={markIn(mistake)} onChange={(select) => change({ select })} onRun={tried.run} onStop={tried.busy ? tried.stop : undefined} />
      <div class="toolbar">
        <button class="primary" data-testid="new-preview" disabled={tried.busy || !draft.select.trim()} onClick={tried.run}>
          Preview
        </button>
        <span class="keys">
          <kbd>Ctrl</kbd>+<kbd>Enter</kbd>
        </span>
        {tried.busy && <button onClick={tried.stop}>Stop</button>}
        <span role="status" class="dim" data-testid="new-checked">
          {tried.busy ? "reading the newest events …" : checked && !mistake ? "no mistake found" : ""}
        </span>
        <Create draft={draft} name={name} writable={status?.writable ?? false} wrong={mistake !== null || !checked} />
      </div>
      {mistake && <Mistake error={mistake} statement={draft.select} testid="new-error" />}
      {planned && !mistake && <Reads plan={planned} />}
      {tried.error && <Mistake error={tried.error} statement={draft.select} testid="preview-error" />}
      {tried.trial && <Tried trial={tried.trial} />}
      {drawn && !mistake && <BoardCard drawn={drawn} result={tried.trial} />}
    </>
  );
}

let lastMark: { error: ApiError; mark: { at: number; message: string } } | null = null;

/** markIn is where to mark a mistake. The same mistake gives the same mark. */
function markIn(error: ApiError | null) {
  if (error?.position === undefined) return undefined;
  if (lastMark?.error !== error) lastMark = { error, mark: { at: error.position, message: error.message } };
  return lastMark.mark;
}

interface Checked {
  mistake: ApiError | null;
  plan: Plan | null;
  drawn: Drawn | null;
  checked: boolean;
}

const unchecked: Checked = { mistake: null, plan: null, drawn: null, checked: false };

/** useCheck checks a draft once nothing has been typed for a moment, and says what it would read, and how it would be drawn. */
function useCheck(draft: Draft, connected: boolean) {
  const [state, setState] = useState<Checked>(unchecked);
  const { sql, before } = statementOf(draft);
  useEffect(() => {
    setState((s) => ({ ...s, checked: false }));
    if (!draft.select.trim() || !connected) return;
    const left = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const mistake = inSelect(await validate(sql, left.signal), draft, before);
        const planned = mistake ? null : await plan(sql, left.signal);
        const drawn = mistake ? null : await draw(sql, left.signal);
        if (!left.signal.aborted) setState({ mistake, plan: planned, drawn, checked: true });
      } catch (e) {
        if (!left.signal.aborted) setState({ ...unchecked, mistake: e instanceof ApiError ? inSelect(e, draft, before) : null });
      }
    }, CHECK_AFTER);
    return () => {
      clearTimeout(timer);
      left.abort();
    };
  }, [sql, connected]);
  return state;
}

/** inSelect is a mistake at its place in the SELECT; without one if it is in what the page wrote before it. */
function inSelect(e: ApiError | null, draft: Draft, before: number): ApiError | null {
  if (e?.position === undefined) return e;
  const at = e.position - before;
  const inside = at >= 0 && at <= draft.select.length;
  return new ApiError({ code: e.code, message: e.message, position: inside ? [...draft.select.slice(0, at)].length : undefined }, draft.select);
}

/** useTrial runs a preview, one at a time. */
function useTrial(draft: Draft) {
  const running = useRef<AbortController | null>(null);
  const [state, setState] = useState<{ busy: boolean; trial: Trial | null; error: ApiError | null }>({ busy: false, trial: null, error: null });
  useEffect(() => () => running.current?.abort(), []);
  const run = async () => {
    if (running.current || !draft.select.trim()) return;
    const mine = (running.current = new AbortController());
    setState((s) => ({ ...s, busy: true, error: null }));
    const { sql, before } = statementOf(draft);
    try {
      const found = await trial(sql, PREVIEW.rows, PREVIEW.seconds, mine.signal);
      setState({ busy: false, trial: found, error: null });
    } catch (e) {
      setState({ busy: false, trial: null, error: inSelect(errorOf(e), draft, before) });
    }
    running.current = null;
  };
  return { ...state, run, stop: () => running.current?.abort() };
}

/** withSources completes the names of sources too: a view reads them, and queries do not. */
function withSources(schema: Schema, live: Live): Schema {
  const sources = live.samples.at(-1)?.status.sources ?? [];
  const key = sources.map((s) => s.name).join();
  if (completed?.schema === schema && completed.key === key) return completed.both;
  const tables = sources.filter((s) => !schema.tables.some((t) => t.name === s.name)).map((s) => ({ schema: "main", name: s.name, kind: "table" as const, columns: [] }));
  completed = { schema, key, both: { ...schema, tables: [...schema.tables, ...tables] } };
  return completed.both;
}

let completed: { schema: Schema; key: string; both: Schema } | null = null;

/** Reads says what creating the view would read. */
function Reads({ plan }: { plan: Plan }) {
  const made = plan.views.find((v) => v.fate === "created");
  if (!made?.sources?.length) return null;
  const size = (s: { size: number; unit?: string }) => (s.size < 0 ? "all there is" : s.unit === "bytes" ? bytes(s.size) : `${count(s.size)} ${s.unit ?? "records"}`);
  return (
    <p class="dim" data-testid="new-reads">
      Once created, it reads {made.sources.map((s) => `${size(s)} of ${s.source}${s.error ? ` (${s.error})` : ""}`).join(", ")}, then goes on with what comes.
    </p>
  );
}

function Tried({ trial }: { trial: Trial }) {
  return (
    <>
      <h2>Preview</h2>
      <p data-testid="preview-note">
        {trial.note} {trial.late_rows > 0 && `${count(trial.late_rows)} rows were late. `}
        {trial.truncated && `The first ${count(trial.rows.length)} rows.`} <span class="dim">Nothing was created.</span>
      </p>
      <Grid columns={trial.columns} rows={trial.rows} testid="preview-result" label="Preview" />
    </>
  );
}

interface CreateProps {
  draft: Draft;
  name: string;
  writable: boolean;
  wrong: boolean;
}

/** Create creates the view where that is allowed, and shows the statement for a file where it is not. */
function Create({ draft, name, writable, wrong }: CreateProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [copied, setCopied] = useState(false);
  const { sql } = statementOf(draft);
  useEffect(() => setCopied(false), [sql]);
  const create = async () => {
    setBusy(true);
    setError(null);
    try {
      await apply(sql);
      go(viewPath(name));
    } catch (e) {
      setError(errorOf(e));
    }
    setBusy(false);
  };
  const copy = () => navigator.clipboard.writeText(`${sql};\n`).then(() => setCopied(true), () => setCopied(false));
  return (
    <span class="push">
      {error && <span class="error-text">{error.message} </span>}
      <button disabled={!draft.select.trim()} data-testid="new-copy" onClick={copy}>
        {copied ? "Copied" : "Copy statement"}
      </button>{" "}
      <button
        class="primary"
        data-testid="new-create"
        disabled={!writable || wrong || busy || name === ""}
        title={writable ? (name === "" ? "Give it a name first" : "") : "Start Weir with --writable to create views from here"}
        onClick={create}
      >
        {busy ? "Creating …" : "Create view"}
      </button>
      {!writable && <p class="dim note">Weir runs without --writable: copy the statement into the file that `weir run` is given.</p>}
    </span>
  );
}
