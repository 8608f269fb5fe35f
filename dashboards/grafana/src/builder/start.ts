import type { Built } from "../query";
import { isNumeric, isTime, tableName, type Table } from "../schema";

/** start is what the builder proposes for a view: its numbers over its time, a line for each of its keys. */
export function start(table: Table): Built {
  const keys = table.keys ?? [];
  const measures = table.columns.filter((c) => isNumeric(c) && !keys.includes(c.name)).map((c) => ({ column: c.name, aggregate: "" as const }));
  const texts = table.columns.filter((c) => c.type === "VARCHAR").map((c) => c.name);
  const groups = (keys.length > 0 ? keys : texts).filter((k) => k !== table.time);
  return { view: tableName(table), time: timeOf(table), groups, measures };
}

function timeOf(table: Table): string | undefined {
  return table.time || table.columns.find(isTime)?.name;
}
