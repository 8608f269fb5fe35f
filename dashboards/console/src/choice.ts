import type { Column } from "./api";
import { isNumeric, isTime, shapeOf, type Shape } from "./columns";

// What a plot shows is a choice of columns, which stands in the address: ?x=window_end&y=bids,top&by=channel&kind=area

export const kinds = ["line", "area", "bars", "points"] as const;
export type PlotKind = (typeof kinds)[number];

/** NOW is the x of a plot of what rows are while the page is open, for views without a time. */
export const NOW = "~now";
/** NONE is the x of bars, one for each row. */
export const NONE = "~none";

export interface Choice {
  x: string; // a column of time, NOW or NONE
  y: number[]; // the columns that are drawn
  by: number[]; // what tells the lines apart
  kind: PlotKind;
}

/** guess is what a plot shows until the reader says otherwise. */
export function guess(columns: Column[], sql: string): Choice {
  const shape = shapeOf(columns, sql);
  const first = shape.measures.slice(0, 1);
  if (shape.time < 0) return { x: NONE, y: first, by: shape.keys, kind: "bars" };
  return { x: columns[shape.time].name, y: first, by: shape.keys, kind: "line" };
}

/** choiceOf reads the address. What does not fit the columns is guessed. */
export function choiceOf(query: URLSearchParams, columns: Column[], sql: string): Choice {
  const fallback = guess(columns, sql);
  const x = query.get("x");
  const y = query.get("y");
  const by = query.get("by");
  const kind = query.get("kind") as PlotKind;
  const measures = y === null ? [] : places(y, columns).filter((i) => isNumeric(columns[i]));
  return {
    x: x !== null && xChoices(columns).includes(x) ? x : fallback.x,
    y: measures.length > 0 ? measures : fallback.y,
    by: by === null ? fallback.by : places(by, columns),
    kind: kinds.includes(kind) ? kind : fallback.kind,
  };
}

/** withChoice is an address with a choice in it; what would be guessed is left out. */
export function withChoice(query: URLSearchParams, c: Choice, columns: Column[], sql: string): URLSearchParams {
  const out = new URLSearchParams(query);
  const names = (list: number[]) => list.map((i) => encodeURIComponent(columns[i].name)).join(",");
  const usual = guess(columns, sql);
  const put = (name: string, value: string, same: boolean) => (same ? out.delete(name) : out.set(name, value));
  put("x", c.x, c.x === usual.x);
  put("y", names(c.y), names(c.y) === names(usual.y));
  put("by", names(c.by), names(c.by) === names(usual.by));
  put("kind", c.kind, c.kind === usual.kind);
  return out;
}

/** xChoices are what a plot may go along. */
export const xChoices = (columns: Column[]) => [...columns.filter(isTime).map((c) => c.name), NOW, NONE];

/** shapeOfChoice is the choice by positions of columns. */
export function shapeOfChoice(c: Choice, columns: Column[]): Shape {
  return { time: columns.findIndex((o) => o.name === c.x && isTime(o)), keys: c.by, measures: c.y };
}

function places(text: string, columns: Column[]): number[] {
  const found = text.split(",").map((name) => columns.findIndex((c) => encodeURIComponent(c.name) === name));
  return [...new Set(found.filter((i) => i >= 0))];
}
