import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { ApiError, follow, quoteIdent, runSQL, type Changes, type Result, type View } from "./api";
import { orderColumn, type Shape } from "./columns";
import { Rows, Trace } from "./series";

const HISTORY_ROWS = 5000; // read when the page opens
const TABLE_ROWS = 100;
const TABLE_MS = 500; // at least, between two readings of the table

export interface LiveRows {
  rows: Rows | null; // null without a time column, or before the history has come
  version: number; // grows with each change of rows, and of trace
  trace: Trace; // of table, since the page was opened
  table: Result | null;
  connected: boolean;
  error: string;
}

/**
 * useLiveRows reads a view and then moves with its commits:
 *
 *	history by SQL ──load──► Rows ◄──apply── changes, as they come
 *	newest rows by SQL, after each commit ──► table
 */
export function useLiveRows(view: View, shape: Shape, order: string | undefined): LiveRows {
  const [rows, setRows] = useState<Rows | null>(null);
  const [version, setVersion] = useState(0);
  const trace = useMemo(() => new Trace(), [view]);
  const [table, setTable] = useState<Result | null>(null);
  const [connected, setConnected] = useState(false);
  const [error, setError] = useState("");
  const refresh = useRef<() => void>(() => {});

  useEffect(() => {
    const failed = (e: unknown) => setError(e instanceof ApiError ? e.message : "");
    const reader = repeated(async () => {
      const now = await runSQL(tableSQL(view, shape, order), TABLE_ROWS);
      trace.add(Date.now() / 1000, now.rows);
      setTable(now);
      setVersion((v) => v + 1);
      setError("");
    }, failed);
    refresh.current = reader.ask;
    reader.ask();
    return reader.stop;
  }, [view, shape, order]);

  useEffect(() => {
    setRows(null);
    const plot = new Plotted(view, shape, (r) => {
      setRows(r);
      setVersion((v) => v + 1);
    });
    const stop = follow(
      view.view,
      (c) => {
        plot.take(c);
        refresh.current();
      },
      setConnected,
    );
    return () => {
      plot.stopped = true;
      stop();
    };
  }, [view, shape]);
  return { rows, version, trace, table, connected, error };
}

/** tableSQL reads the rows that the table shows: the newest, or the greatest where there is no time. Keys hold their order still. */
function tableSQL(view: View, shape: Shape, order: string | undefined): string {
  const by = orderColumn(view.columns)?.name ?? order;
  const sorted = by ? [`${quoteIdent(by)} DESC NULLS LAST`] : [];
  for (const k of shape.keys) sorted.push(quoteIdent(view.columns[k].name));
  return `SELECT * FROM ${quoteIdent(view.view)}${sorted.length > 0 ? ` ORDER BY ${sorted.join(", ")}` : ""} LIMIT ${TABLE_ROWS}`;
}

/** Plotted keeps the rows of a plot up to date. Changes that come while the history is read wait for it. */
class Plotted {
  stopped = false;
  private readonly rows: Rows;
  private waiting: Changes[] | null = null;
  private readonly view: View;
  private readonly shape: Shape;
  private readonly changed: (r: Rows) => void;

  constructor(view: View, shape: Shape, changed: (r: Rows) => void) {
    this.view = view;
    this.shape = shape;
    this.changed = changed;
    this.rows = new Rows(shape);
  }

  take(c: Changes) {
    if (this.shape.time < 0) return;
    if (c.gap) void this.read();
    else if (this.waiting) this.waiting.push(c);
    else this.apply(c);
  }

  private apply(c: Changes) {
    if (c.rows.length === 0) return;
    this.rows.apply(c.rows);
    this.changed(this.rows);
  }

  private async read() {
    const waiting: Changes[] = (this.waiting = []);
    const time = quoteIdent(this.view.columns[this.shape.time].name);
    const sql = `SELECT * FROM ${quoteIdent(this.view.view)} ORDER BY ${time} DESC NULLS LAST LIMIT ${HISTORY_ROWS}`;
    const history = await runSQL(sql, HISTORY_ROWS).catch(() => null);
    if (this.stopped || this.waiting !== waiting) return; // a later gap has started over
    if (history) this.rows.load(history.rows);
    this.waiting = null;
    for (const c of waiting) this.rows.apply(c.rows);
    this.changed(this.rows);
  }
}

/** repeated runs work when asked, one at a time and not too often; asking meanwhile makes it run once more. */
function repeated(work: () => Promise<void>, failed: (e: unknown) => void) {
  let busy = false;
  let again = false;
  let stopped = false;
  const run = async () => {
    busy = true;
    again = false;
    await Promise.all([work().catch(failed), new Promise((r) => setTimeout(r, TABLE_MS))]);
    busy = false;
    if (again && !stopped) void run();
  };
  return {
    ask() {
      if (busy) again = true;
      else if (!stopped) void run();
    },
    stop() {
      stopped = true;
    },
  };
}
