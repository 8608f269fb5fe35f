import type { Source, Status } from "./api";

/** Sample is the status at one moment of this page's clock. */
export interface Sample {
  at: number; // ms
  status: Status;
}

export interface QueryRates {
  rowsIn: number; // each second
  rowsOut: number;
}

export interface EngineRates {
  commits: number; // each second
  commitMs: number | null; // of one commit, null if there was none
}

/** perSecond is how fast a counter grew. A counter that went back belongs to a new process: it began at zero. */
export function perSecond(before: number, after: number, ms: number): number {
  if (ms <= 0) return 0;
  return (Math.max(after >= before ? after - before : after, 0) * 1000) / ms;
}

/** pick is the sample to compare the last one with: a few seconds back, so that rates do not flicker between epochs. */
export function pick(samples: Sample[], backMs = 3000): [Sample, Sample] | null {
  const last = samples.at(-1);
  if (!last || samples.length < 2) return null;
  const since = last.at - backMs;
  const before = samples.find((s) => s.at >= since && s !== last) ?? samples[samples.length - 2];
  return [before, last];
}

/** queryRates is what a view reads and writes each second; null until that is known. */
export function queryRates(samples: Sample[], view: string): QueryRates | null {
  const pair = pick(samples);
  if (!pair) return null;
  const [a, b] = pair.map((s) => s.status.queries?.find((q) => q.view === view));
  if (!a || !b) return null;
  const ms = pair[1].at - pair[0].at;
  return { rowsIn: perSecond(a.rows_in, b.rows_in, ms), rowsOut: perSecond(a.rows_out, b.rows_out, ms) };
}

/** sourceRate is how many records a source fetches each second. */
export function sourceRate(samples: Sample[], name: string): number | null {
  const pair = pick(samples);
  if (!pair) return null;
  const [a, b] = pair.map((s) => s.status.sources?.find((x) => x.name === name));
  return a && b ? perSecond(a.records, b.records, pair[1].at - pair[0].at) : null;
}

export function engineRates(samples: Sample[]): EngineRates | null {
  const pair = pick(samples);
  if (!pair) return null;
  const [a, b] = pair.map((s) => s.status);
  const commits = b.commits - a.commits;
  return {
    commits: perSecond(a.commits, b.commits, pair[1].at - pair[0].at),
    commitMs: commits > 0 ? (b.commit_ns - a.commit_ns) / commits / 1e6 : null,
  };
}

/** history is a view's rows in each second, one value for each step between samples. */
export function history(samples: Sample[], view: string): number[] {
  const rows = samples.map((s) => s.status.queries?.find((q) => q.view === view)?.rows_in ?? 0);
  return rows.slice(1).map((n, i) => perSecond(rows[i], n, samples[i + 1].at - samples[i].at));
}

/** waiting is how many records are known to wait in sources; null if they cannot tell of any partition. */
export function waiting(sources: Source[]): number | null {
  const known = sources.flatMap((s) => s.partitions ?? []).filter((p) => p.waiting >= 0);
  return known.length > 0 ? known.reduce((sum, p) => sum + p.waiting, 0) : null;
}
