import type { Origin, Query, Sink, Source, Status } from "./api";
import { bytes, count, rate, watermark } from "./format";
import { perSecond, pick, queryRates, sourceRate, waiting, type Sample } from "./rates";

// A query's graph: sources → stages → view → sinks, laid out by how far each is from the sources.
//
//	level 0    1          2       3
//	bid ──► join ──► aggregate ─► hot ─► alerts
//	ask ──┘

export type Kind = "source" | "stage" | "view" | "sink";

/** Fact is a line of what is known of a part. */
export interface Fact {
  name: string;
  value: string;
  bad?: boolean;
}

export interface Part {
  id: string;
  kind: Kind;
  level: number;
  name: string;
  lines: string[]; // what is printed in its box, two lines at most
  state: string; // running, failed, paused, backpressured, …
  facts: Fact[];
  x: number;
  y: number;
}

export interface Flow {
  from: string;
  to: string;
  rate: number | null; // rows each second
  label: string;
  note: string; // what waits before it, or how far behind it is
  pressed: boolean; // it holds up what comes before
  path: string;
  x: number; // of the label
  y: number;
}

export interface Graph {
  parts: Part[];
  flows: Flow[];
  width: number;
  height: number;
}

export const BOX = { width: 160, height: 66 };
const LABEL = 100; // about as wide as a label is
const GAP = { along: 104, across: 26 };
const GAP_DOWN = { along: 46, across: 12 };

/** graphOf is the graph of a view as the last sample has it; null if there is no such view. Down lays it out from top to bottom, for narrow pages. */
export function graphOf(samples: Sample[], view: string, down: boolean): Graph | null {
  const status = samples.at(-1)?.status;
  const query = status?.queries?.find((q) => q.view === view);
  if (!status || !query) return null;
  const made = partsOf(samples, status, query);
  place(made.parts, down);
  for (const f of made.flows) draw(f, made.parts, down);
  const labels = down ? made.flows.map((f) => f.x + LABEL) : []; // they stand beside the edges
  const right = Math.max(...made.parts.map((p) => p.x + BOX.width), ...labels);
  const bottom = Math.max(...made.parts.map((p) => p.y)) + BOX.height;
  return { ...made, width: right + 2, height: bottom + 2 };
}

function partsOf(samples: Sample[], status: Status, query: Query): { parts: Part[]; flows: Flow[] } {
  const stages = query.stages ?? [];
  const levels: number[] = [];
  stages.forEach((s, i) => (levels[i] = 1 + Math.max(0, ...(s.from ?? []).map((o) => (o.stage >= 0 ? levels[o.stage] : 0)))));
  const last = 1 + Math.max(0, ...levels);
  const parts = (query.sources ?? []).map((name) => sourcePart(samples, status.sources?.find((s) => s.name === name), name));
  const flows: Flow[] = [];
  stages.forEach((s, i) => {
    parts.push(stagePart(query, i, levels[i]));
    for (const o of s.from ?? []) {
      const waits = s.waiting > 0 ? `${count(s.waiting)} wait` : "";
      flows.push(flow(idOf(o), `stage ${i}`, originRate(samples, query.view, i, o), o.stage >= 0 ? waits : sourceNote(status, o.source!) || waits, false));
    }
  });
  parts.push(viewPart(samples, query, last));
  const rates = queryRates(samples, query.view);
  const results = query.results ?? (query.sources ?? []).map((source): Origin => ({ source, stage: -1, rows: 0 })); // not looked at yet
  for (const o of results) {
    const note = o.source ? sourceNote(status, o.source) : "";
    flows.push(flow(idOf(o), "view", results.length === 1 ? (rates?.rowsOut ?? null) : originRate(samples, query.view, -1, o), note, query.state === "backpressured"));
  }
  for (const s of (status.sinks ?? []).filter((s) => s.view === query.view)) {
    parts.push(sinkPart(query, s, last + 1));
    flows.push(flow("view", `sink ${s.name}`, sinkRate(samples, s.name), s.pending_bytes > 0 ? `${bytes(s.pending_bytes)} wait` : "", query.backpressure === s.name));
  }
  return { parts: parts.filter((p) => p.kind !== "source" || flows.some((f) => f.from === p.id)), flows };
}

const idOf = (o: Origin) => (o.stage >= 0 ? `stage ${o.stage}` : `source ${o.source}`);

function flow(from: string, to: string, perSecond: number | null, note: string, pressed: boolean): Flow {
  return { from, to, rate: perSecond, label: perSecond === null ? "" : `${rate(perSecond)} rows/s`, note, pressed, path: "", x: 0, y: 0 };
}

function part(id: string, kind: Kind, level: number, name: string, state: string, lines: string[], facts: Fact[]): Part {
  return { id, kind, level, name, state, lines: lines.filter((l) => l !== "").slice(0, 2), facts, x: 0, y: 0 };
}

function sourcePart(samples: Sample[], s: Source | undefined, name: string): Part {
  if (!s) return part(`source ${name}`, "source", 0, name, "running", ["table"], [{ name: "kind", value: "plain table" }]);
  const w = watermark(lowest(s));
  const waits = waiting([s]);
  const blocked = blockedShare(samples, name);
  const facts: Fact[] = [
    { name: "connector", value: s.connector },
    { name: "state", value: s.state, bad: s.state === "failed" || s.state === "retrying" },
    { name: "records", value: `${rate(sourceRate(samples, name))} / s, ${count(s.records)} in all` },
    { name: "bytes", value: bytes(s.bytes) },
    { name: "waiting", value: waits === null ? "not known" : count(waits) },
    { name: "watermark", value: [w.text, w.behind].filter(Boolean).join(", ") },
    { name: "back-pressure", value: blocked === null ? "–" : `its reader waits for the engine ${(100 * blocked).toFixed(0)} % of the time`, bad: (blocked ?? 0) > 0.5 },
    { name: "dead letters", value: count(s.dead_letters), bad: s.dead_letters > 0 },
    { name: "partitions", value: count(s.partitions?.length ?? 0) },
  ];
  if (s.error) facts.push({ name: "error", value: s.error, bad: true });
  return part(`source ${name}`, "source", 0, name, s.state, [`${s.connector} · ${rate(sourceRate(samples, name))}/s`, w.behind || w.text], facts);
}

/** lowest is the watermark of a source: the least of its active partitions. */
function lowest(s: Source): number {
  const active = (s.partitions ?? []).filter((p) => p.state === "active" || p.state === "ahead");
  const of = active.length > 0 ? active : (s.partitions ?? []);
  return of.length > 0 ? Math.min(...of.map((p) => p.watermark)) : -Infinity;
}

function stagePart(query: Query, i: number, level: number): Part {
  const s = query.stages![i];
  const w = watermark(s.watermark);
  const held = s.held ? `${count(s.held.count)} ${s.held.unit}` : "keeps nothing";
  const open = s.held?.windows ? `${count(s.held.windows)} ${s.held.kind}${s.held.windows > 1 ? "s" : ""} open` : "";
  const facts: Fact[] = [
    { name: "holds", value: [held, open].filter(Boolean).join(", ") },
    { name: "waiting before it", value: `${count(s.waiting)} rows` },
    { name: "watermark", value: [w.text, w.behind].filter(Boolean).join(", ") },
    { name: "reads", value: (s.from ?? []).map((o) => (o.stage >= 0 ? `stage ${o.stage}, ${query.stages![o.stage].name}` : o.source)).join("; ") },
  ];
  return part(`stage ${i}`, "stage", level, s.name, query.state, [held, open], facts);
}

function viewPart(samples: Sample[], q: Query, level: number): Part {
  const rates = queryRates(samples, q.view);
  const w = watermark(q.watermark);
  const facts: Fact[] = [
    { name: "state", value: q.state, bad: q.state === "failed" || q.state === "backpressured" },
    { name: "emit", value: q.emit },
    { name: "rows in", value: `${rate(rates?.rowsIn)} / s, ${count(q.rows_in)} in all` },
    { name: "rows out", value: `${rate(rates?.rowsOut)} / s, ${count(q.rows_out)} in all` },
    { name: "late rows", value: count(q.late_rows), bad: q.late_rows > 0 },
    { name: "watermark", value: [w.text, w.behind].filter(Boolean).join(", ") },
  ];
  if (q.backpressure) facts.push({ name: "stands still for", value: `sink ${q.backpressure}: more waits for it than its max_outbox`, bad: true });
  if (q.error) facts.push({ name: "error", value: q.error, bad: true });
  return part("view", "view", level, q.view, q.state, [`${rate(rates?.rowsOut)} rows/s out`, q.state === "running" ? w.behind : q.state], facts);
}

function sinkPart(q: Query, s: Sink, level: number): Part {
  const pressed = q.backpressure === s.name;
  const of = s.max_outbox > 0 ? ` of ${bytes(s.max_outbox)}` : "";
  const facts: Fact[] = [
    { name: "connector", value: s.connector },
    { name: "state", value: pressed ? "backpressured" : s.state, bad: pressed || s.state === "retrying" },
    { name: "delivered", value: `${count(s.delivered)} rows` },
    { name: "outbox", value: `${bytes(s.pending_bytes)}${of}, ${count(s.pending)} epochs`, bad: pressed },
    { name: "failures", value: count(s.failures), bad: s.failures > 0 },
  ];
  if (s.error) facts.push({ name: "error", value: s.error, bad: true });
  const state = pressed ? "backpressured" : s.state;
  return part(`sink ${s.name}`, "sink", level, s.name, state, [`outbox ${bytes(s.pending_bytes)}${of}`, pressed ? "backpressured" : s.state === "running" ? s.connector : s.state], facts);
}

/** sourceNote is how far a query is behind in a source. */
function sourceNote(status: Status, name: string): string {
  const s = status.sources?.find((x) => x.name === name);
  const waits = s ? waiting([s]) : null;
  return waits ? `${count(waits)} wait` : "";
}

function originRate(samples: Sample[], view: string, stage: number, of: Origin): number | null {
  return between(samples, (status) => {
    const q = status.queries?.find((x) => x.view === view);
    const list = stage >= 0 ? q?.stages?.[stage]?.from : q?.results;
    return list?.find((o) => o.stage === of.stage && o.source === of.source)?.rows;
  });
}

const sinkRate = (samples: Sample[], name: string) => between(samples, (s) => s.sinks?.find((x) => x.name === name)?.delivered);

/** blockedShare is how much of the time a source's reader waits for the engine. */
function blockedShare(samples: Sample[], name: string): number | null {
  const ns = between(samples, (s) => s.sources?.find((x) => x.name === name)?.blocked_ns);
  return ns === null ? null : Math.min(1, ns / 1e9);
}

/** between is how much a counter grows in a second; null if that is not known. */
function between(samples: Sample[], of: (s: Status) => number | undefined): number | null {
  const pair = pick(samples);
  if (!pair) return null;
  const [a, b] = [of(pair[0].status), of(pair[1].status)];
  return a === undefined || b === undefined ? null : perSecond(a, b, pair[1].at - pair[0].at);
}

/** place puts the parts of a level beside one another, in the middle of the greatest level. */
function place(parts: Part[], down: boolean) {
  const gap = down ? GAP_DOWN : GAP;
  const [along, across] = down ? [BOX.height, BOX.width] : [BOX.width, BOX.height];
  const levels = [...new Set(parts.map((p) => p.level))].sort((a, b) => a - b);
  const size = (n: number) => n * across + (n - 1) * gap.across;
  const widest = Math.max(...levels.map((l) => size(parts.filter((p) => p.level === l).length)));
  levels.forEach((level, i) => {
    const beside = parts.filter((p) => p.level === level);
    beside.forEach((p, k) => {
      const a = 1 + i * (along + gap.along);
      const b = 1 + (widest - size(beside.length)) / 2 + k * (across + gap.across);
      [p.x, p.y] = down ? [b, a] : [a, b];
    });
  });
}

function draw(f: Flow, parts: Part[], down: boolean) {
  const from = parts.find((p) => p.id === f.from);
  const to = parts.find((p) => p.id === f.to);
  if (!from || !to) return;
  const [x1, y1] = down ? [from.x + BOX.width / 2, from.y + BOX.height] : [from.x + BOX.width, from.y + BOX.height / 2];
  const [x2, y2] = down ? [to.x + BOX.width / 2, to.y] : [to.x, to.y + BOX.height / 2];
  const [mx, my] = [(x1 + x2) / 2, (y1 + y2) / 2];
  f.path = down ? `M${x1},${y1} C${x1},${my} ${x2},${my} ${x2},${y2}` : `M${x1},${y1} C${mx},${y1} ${mx},${y2} ${x2},${y2}`;
  [f.x, f.y] = down ? [mx + 6, my] : [mx, my];
}

/** said is a graph in words, for those who do not see it. */
export const said = (p: Part) => `${p.kind} ${p.name}, ${p.state}. ${p.facts.map((f) => `${f.name}: ${f.value}`).join(". ")}`;

