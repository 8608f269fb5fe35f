import type { Column } from "./api";

/** Shape is how a view's columns take part in a plot, by position. */
export interface Shape {
  time: number; // -1 if there is none
  keys: number[]; // what tells the lines apart
  measures: number[];
}

export const isTime = (c: Column) => /^(TIMESTAMP|DATE)/.test(c.type);
const isInteger = (c: Column) => /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(c.type);
export const isNumeric = (c: Column) => isInteger(c) || /^(FLOAT|DOUBLE|DECIMAL)/.test(c.type);
const isLabel = (c: Column) => /^(VARCHAR|BOOLEAN|UUID|ENUM)/.test(c.type) && !c.type.endsWith("]");

/** shapeOf guesses, from names, types and the view's text, which column is what. The page lets the reader correct it. */
export function shapeOf(columns: Column[], sql: string): Shape {
  const time = timeColumn(columns);
  const all = columns.map((_, i) => i).filter((i) => i !== time);
  const numeric = all.filter((i) => isNumeric(columns[i]));
  const grouped = numeric.filter((i) => isInteger(columns[i]) && isGroupKey(columns[i].name, sql));
  const measures = numeric.filter((i) => !grouped.includes(i));
  if (measures.length === 0) return { time, keys: all.filter((i) => isLabel(columns[i])), measures: numeric };
  return { time, keys: all.filter((i) => isLabel(columns[i]) || grouped.includes(i)), measures };
}

function timeColumn(columns: Column[]): number {
  for (const name of ["window_end", "window_start"]) {
    const i = columns.findIndex((c) => c.name === name && isTime(c));
    if (i >= 0) return i;
  }
  return columns.findIndex(isTime);
}

/** orderColumn is what the newest rows are found by: window_start, or the first time. */
export function orderColumn(columns: Column[]): Column | undefined {
  return columns.find((c) => c.name === "window_start" && isTime(c)) ?? columns.find(isTime);
}

/** A number is a group's key, not a measure, if a grouping query selects it as it stands: `SELECT auction, count(*) AS n … GROUP BY`. */
function isGroupKey(name: string, sql: string): boolean {
  if (!/\bgroup\s+by\b/i.test(sql)) return false;
  const word = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(\\bselect|,)\\s*(\\w+\\.)?"?${word}"?\\s*(,|\\bfrom\\b)`, "i").test(sql);
}
