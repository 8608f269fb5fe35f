// A generated Grafana dashboard, as far as a page shows it. Which of a view's rows a panel draws stands in its query.

import type { Column } from "./api";
import { orderColumn, type Shape } from "./columns";

export interface Board {
  uid: string;
  title: string;
  panels: Panel[];
}

export interface Panel {
  id: number;
  type: string; // timeseries, stat, table; row for a heading
  title: string;
  targets?: { rawSql: string; live?: boolean; builder?: { time?: string; groups?: string[]; measures?: { column: string }[] } }[];
}

const words: Record<string, string> = { timeseries: "lines", stat: "numbers", table: "rows" };

/** drawnAs is what a panel looks like, in a word. */
export const drawnAs = (p: Panel) => words[p.type] ?? p.type;

/** isLive says whether rows come to a panel as they are committed. */
export const isLive = (p: Panel) => !!p.targets?.some((t) => t.live);

const band = ["value", "lower", "upper"];

/** shapeOfPanel is what a panel of lines draws of a view's columns; null for other panels. A panel that follows nothing is one of a band. */
export function shapeOfPanel(p: Panel, columns: Column[]): Shape | null {
  const built = p.targets?.[0]?.builder;
  if (p.type !== "timeseries") return null;
  const at = (name: string | undefined) => columns.findIndex((c) => c.name === name);
  const all = (names: string[]) => names.map(at).filter((i) => i >= 0);
  if (!built) return { time: at(orderColumn(columns)?.name), keys: [], measures: all(band) };
  return { time: at(built.time), keys: all(built.groups ?? []), measures: all((built.measures ?? []).map((m) => m.column)) };
}
