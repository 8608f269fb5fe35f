// The API as the console uses it. connectors/server says what each answer means.

import type { Board } from "./board";
import { readEvents, type ServerEvent } from "./eventstream";
import { ask } from "./token";

export interface Column {
  name: string;
  type: string;
  unit?: string; // of a view's column, as Grafana calls it
  comment?: string; // likewise
}

export interface Partition {
  partition: string;
  next: number;
  waiting: number; // -1 if unknown
  watermark: number; // µs since 1970
  state: string;
}

export interface Source {
  name: string;
  connector: string;
  state: string;
  blocked_ns: number; // how long its reader has waited for the engine
  records: number;
  bytes: number;
  dead_letters: number;
  partitions: Partition[] | null;
  error?: string;
}

export interface Query {
  view: string;
  alert?: boolean;
  sql: string;
  sources: string[] | null;
  emit: string;
  about?: { title?: string; description?: string };
  rows_in: number;
  rows_out: number;
  late_rows: number;
  watermark: number;
  state: string;
  error?: string;
  backpressure?: string; // the sink for which it stands still
  stages: Stage[] | null;
  results: Origin[] | null; // where the view's rows come from
}

/** Stage is what a stage of a query holds. */
export interface Stage {
  name: string;
  from: Origin[] | null;
  waiting: number;
  watermark: number;
  held?: { kind?: string; unit: string; count: number; windows?: number; parts?: { name: string; count: number }[] };
}

/** Origin is where rows come from: a source, or a stage by its place. */
export interface Origin {
  source?: string;
  stage: number; // -1 if it is a source
  rows: number;
}

export interface Sink {
  name: string;
  view: string;
  connector: string;
  delivered: number;
  pending: number;
  pending_bytes: number;
  max_outbox: number; // 0 for any size
  failures: number;
  state: string;
  error?: string;
}

export interface Status {
  started: string;
  epoch: number;
  commits: number;
  committed_at: string;
  commit_ns: number;
  workers: number;
  writable: boolean;
  sources: Source[] | null;
  queries: Query[] | null;
  sinks: Sink[] | null;
}

export interface View {
  view: string;
  title?: string;
  description?: string;
  sql: string;
  source: string;
  emit: string;
  columns: Column[];
}

/** Why says why a view's windows are still open. engine/why says what each field means. */
export interface Why {
  summary: string;
  at: string;
  sources: WhySource[];
  stages: WhyStage[];
  commit_share: number;
}

export interface WhySource {
  name: string;
  table?: boolean;
  partitions: WhyPartition[];
  blocked_share: number;
}

export interface WhyPartition {
  partition: string;
  state: string;
  holds: boolean;
  watermark: string | null;
  watermark_since: string | null;
  heard: string | null;
  waiting: number | null;
  idle_in_s: number | null;
}

export interface WhyStage {
  name: string;
  waiting: number;
  kind?: string; // window, session or row
  unit?: string;
  held: number;
  open: number;
  first: { start: string | null; end: string | null; count: number }[];
}

export type Row = unknown[];

export interface Result {
  columns: Column[];
  rows: Row[];
  truncated: boolean;
  error?: Problem; // what broke off the reading, after the rows
}

interface Problem {
  message: string;
  code: string;
  position?: number; // characters from 0
  names?: string[];
}

/** ApiError is an answer that says no. Position is an index into the statement, as JavaScript counts. */
export class ApiError extends Error {
  readonly code: string;
  readonly position?: number;
  readonly names?: string[];

  constructor(problem: Problem, statement = "") {
    super(problem.message);
    this.code = problem.code;
    this.names = problem.names;
    if (problem.position !== undefined) {
      this.position = [...statement].slice(0, problem.position).join("").length;
    }
  }
}

async function failure(answer: Response, statement?: string): Promise<ApiError> {
  try {
    return new ApiError((await answer.json()).error, statement);
  } catch {
    return new ApiError({ message: `${answer.status} ${answer.statusText}`, code: "http" });
  }
}

async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const answer = await ask(path, { signal, cache: "no-store" });
  if (!answer.ok) throw await failure(answer);
  return answer.json();
}

export const getStatus = (signal?: AbortSignal) => get<Status>("/v1/status", signal);

export const getViews = async () => (await get<{ views: View[] }>("/v1/views")).views;

export const getView = (name: string) => get<View>(`/v1/views/${encodeURIComponent(name)}`);

export const getWhy = (name: string) => get<Why>(`/v1/views/${encodeURIComponent(name)}/why`);

/** runSQL runs a statement and returns its rows, at most limit of them. */
export async function runSQL(sql: string, limit: number, signal?: AbortSignal): Promise<Result> {
  const answer = await post(sql, limit, "application/json", signal);
  const result: Result = await answer.json();
  if (result.error) throw new ApiError(result.error, sql);
  return result;
}

/** A file format that a result can be had in. */
export type Format = "csv" | "parquet";

const media: Record<Format, string> = { csv: "text/csv", parquet: "application/vnd.apache.parquet" };

/** download runs a statement and hands its rows to the browser as a file. It tells whether there are more rows than limit. */
export async function download(sql: string, limit: number, format: Format) {
  const answer = await post(sql, limit, media[format]);
  hand(await answer.blob(), `weir.${format}`);
}

/** hand gives the browser a file to keep. */
export function hand(file: Blob, name: string) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function post(sql: string, limit: number, accept: string, signal?: AbortSignal) {
  const answer = await ask(`/v1/sql?limit=${limit}`, {
    method: "POST",
    headers: { "Content-Type": "application/sql", Accept: accept },
    body: sql,
    signal,
  });
  if (!answer.ok) throw await failure(answer, sql);
  return answer;
}

async function postJSON<T>(path: string, body: unknown, statement = "", signal?: AbortSignal): Promise<T> {
  return (await posted(path, body, statement, signal)).json();
}

async function posted(path: string, body: unknown, statement: string, signal?: AbortSignal) {
  const answer = await ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal });
  if (!answer.ok) throw await failure(answer, statement);
  return answer;
}

/** Schema is what statements may name. */
export interface Schema {
  tables: SchemaTable[];
  functions: { name: string; kind: string; parameters?: string[]; description?: string }[];
}

export interface SchemaTable {
  schema: string;
  name: string;
  kind: "view" | "table" | "system";
  columns: Column[];
}

export const getSchema = () => get<Schema>("/v1/schema");

/** Validity says whether a text has a mistake. Its position counts characters. */
export interface Validity {
  valid: boolean;
  error?: Problem;
}

/** validate says what is wrong with a text of statements; null if nothing is. */
export async function validate(sql: string, signal?: AbortSignal): Promise<ApiError | null> {
  const answer = await postJSON<Validity>("/v1/validate", { sql }, sql, signal);
  return answer.valid ? null : new ApiError(answer.error!, sql);
}

/** Plan is what a text of statements would change: engine/preview says what each field means. */
export interface Plan {
  changes: boolean;
  objects: { kind: string; name: string; action: string }[];
  views: { name: string; fate: string; sources?: { source: string; table?: boolean; size: number; unit?: string; error?: string }[] }[];
}

export const plan = (sql: string, signal?: AbortSignal) => postJSON<Plan>("/v1/plan", { scripts: [{ name: "text", text: sql }] }, sql, signal);

/** Trial is a view's rows over the newest events. */
export interface Trial extends Result {
  emit: string;
  sources: { source: string; events: number; dead_letters: number }[];
  late_rows: number;
  seconds: number;
  note: string;
}

export const trial = (sql: string, rows: number, seconds: number, signal?: AbortSignal) => postJSON<Trial>("/v1/preview", { sql, rows, seconds }, sql, signal);

/** Drawn is a generated Grafana dashboard, and the file's text. */
export interface Drawn {
  board: Board;
  text: string;
}

/** drawnOf is the dashboard of a view that is there. */
export async function drawnOf(view: string): Promise<Drawn> {
  const answer = await ask(`/v1/views/${encodeURIComponent(view)}/dashboard`, { cache: "no-store" });
  if (!answer.ok) throw await failure(answer);
  return asDrawn(await answer.text());
}

/** draw is the dashboard of a view that a statement would create. */
export async function draw(sql: string, signal?: AbortSignal): Promise<Drawn> {
  const answer = await posted("/v1/dashboard", { sql }, sql, signal);
  return asDrawn(await answer.text());
}

const asDrawn = (text: string): Drawn => ({ board: JSON.parse(text), text });

/** apply applies statements to the running Weir. */
export const apply = (sql: string) => postJSON<Plan>("/v1/statements", { sql }, sql);

export interface Replayed {
  chosen: number;
  replayed: number;
  dead: number;
  late: number;
  problems: { reason: string; letters: number }[];
}

/** replay gives dead letters again to the views that lack them: of a source, and with a condition, if these are given. */
export const replay = (source: string, where: string) => postJSON<Replayed>("/v1/dead-letters/replay", { source, where });

export interface Changes {
  epoch: number;
  gap: boolean;
  rows: Row[]; // weight first
}

/**
 * follow calls onChanges with each commit's changes to a view, until the returned function is called. It connects again as
 * needed. Each connection begins with a gap: only the table knows what was there before.
 */
export function follow(view: string, onChanges: (c: Changes) => void, onState: (connected: boolean) => void): () => void {
  const left = new AbortController();
  let retry: ReturnType<typeof setTimeout>;
  const take = (e: ServerEvent) => {
    if (e.event === "schema") {
      onState(true);
      onChanges({ epoch: 0, gap: true, rows: [] });
    } else if (e.event === "changes") onChanges(JSON.parse(e.data));
  };
  const open = async () => {
    try {
      const answer = await ask(`/v1/views/${encodeURIComponent(view)}/changes`, { signal: left.signal, cache: "no-store", headers: { Accept: "text/event-stream" } });
      if (answer.ok) await readEvents(answer, take);
    } catch {
      // The connection is lost, or the page has left.
    }
    if (left.signal.aborted) return;
    onState(false);
    retry = setTimeout(open, 2000);
  };
  void open();
  return () => {
    clearTimeout(retry);
    left.abort();
  };
}

export const quoteIdent = (name: string) => `"${name.replaceAll('"', '""')}"`;
