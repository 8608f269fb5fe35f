import type { Row } from "./api";
import type { Shape } from "./columns";

/** Lines are what is drawn: one x for all, and a y (or a gap) for each line. */
export interface Lines {
  x: number[]; // seconds since 1970
  names: string[];
  y: (number | null)[][];
  points: number; // how many values there are
  summed: boolean; // whether a point stands for several rows
}

const MAX_ROWS = 20_000; // kept of a view, the newest
const MAX_X = 300; // drawn, the newest
export const MAX_LINES = 8;

/** Rows holds a view's newest rows and follows its changes. */
export class Rows {
  private rows = new Map<string, Row>();
  private readonly shape: Shape;

  constructor(shape: Shape) {
    this.shape = shape;
  }

  /** size is how many rows are kept. */
  get size() {
    return this.rows.size;
  }

  load(rows: Row[]) {
    this.rows = new Map(rows.map((r) => [JSON.stringify(r), r]));
  }

  /**
   * apply makes one commit's changes. Weights are summed first, then each row is there or not: so it does no harm if the rows
   * were read just after the commit, and the commit's changes come after that.
   */
  apply(changes: Row[]) {
    const net = new Map<string, { weight: number; row: Row }>();
    for (const [weight, ...row] of changes) {
      const key = JSON.stringify(row);
      const sum = net.get(key) ?? { weight: 0, row };
      sum.weight += weight as number;
      net.set(key, sum);
    }
    for (const [key, { weight, row }] of net) {
      if (weight > 0) this.rows.set(key, row);
      if (weight < 0) this.rows.delete(key);
    }
    if (this.rows.size > MAX_ROWS) this.prune();
  }

  /** prune keeps the newest three quarters. */
  private prune() {
    const sorted = [...this.rows].sort(([, a], [, b]) => seconds(b[this.shape.time]) - seconds(a[this.shape.time]));
    this.rows = new Map(sorted.slice(0, (MAX_ROWS * 3) / 4));
  }

  /**
   * lines draws measures over time, a line for each of them and each value of keys; the greatest lines if there are too many. Measures have
   * names if there are several.
   */
  lines(measures: number[], keys: number[], names: string[] = []): Lines {
    const byTime = new Map<number, Map<string, number>>();
    let summed = false;
    for (const row of this.rows.values()) {
      const t = seconds(row[this.shape.time]);
      if (!Number.isFinite(t)) continue;
      for (const [i, measure] of measures.entries()) {
        const v = row[measure] === null ? NaN : Number(row[measure]);
        if (!Number.isFinite(v)) continue;
        const name = [...(measures.length > 1 ? [names[i]] : []), ...keys.map((k) => String(row[k]))].join(" · ");
        const at = byTime.get(t) ?? byTime.set(t, new Map()).get(t)!;
        summed ||= at.has(name);
        at.set(name, (at.get(name) ?? 0) + v);
      }
    }
    return draw(byTime, summed);
  }
}

/** Trace holds what a small table was at moments of this page's clock. */
export class Trace {
  private samples: { at: number; rows: Row[] }[] = [];

  add(at: number, rows: Row[]) {
    this.samples = [...this.samples, { at, rows }].slice(-MAX_X);
  }

  /** lines draws how measures have changed, a line for each row's keys. */
  lines(measures: number[], keys: number[], names: string[]): Lines {
    const all = new Rows({ time: 0, keys, measures });
    all.load(this.samples.flatMap(({ at, rows }) => rows.map((r) => [new Date(at * 1000).toISOString(), ...r])));
    return all.lines(
      measures.map((m) => m + 1),
      keys.map((k) => k + 1),
      names,
    );
  }
}

function draw(byTime: Map<number, Map<string, number>>, summed: boolean): Lines {
  const x = [...byTime.keys()].sort((a, b) => a - b).slice(-MAX_X);
  const total = new Map<string, number>();
  for (const t of x) for (const [name, v] of byTime.get(t)!) total.set(name, (total.get(name) ?? 0) + Math.abs(v));
  const names = [...total.entries()].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MAX_LINES).map(([name]) => name);
  names.sort();
  const y = names.map((name) => x.map((t) => byTime.get(t)!.get(name) ?? null));
  return { x, names, y, points: y.flat().filter((v) => v !== null).length, summed };
}

/** seconds reads a timestamp of the API, which is in UTC. */
export function seconds(value: unknown): number {
  if (typeof value !== "string") return NaN;
  return Date.parse(value.includes("T") && !value.endsWith("Z") ? value + "Z" : value) / 1000;
}
