import { Format, type Built, type Measure } from "../query";
import { identifier, literal, relation } from "../sql/quote";

/** build makes the builder's SQL; "" as long as no view is chosen. */
export function build(b: Built, format: Format): string {
  if (!b.view) return "";
  const lines = [`SELECT ${columns(b, format).join(", ")}`, `FROM ${relation(b.view)}`];
  const conditions = conditionsOf(b);
  if (conditions.length > 0) lines.push(`WHERE ${conditions.join(" AND ")}`);
  if (isGrouped(b)) lines.push("GROUP BY ALL");
  const order = orderOf(b, format);
  if (order) lines.push(`ORDER BY ${order}`);
  if (b.limit) lines.push(`LIMIT ${b.limit}`);
  return lines.join("\n");
}

function columns(b: Built, format: Format): string[] {
  const groups = (b.groups ?? []).map(identifier);
  const measures = b.measures ?? [];
  if (groups.length + measures.length === 0) return everything(b, format);
  return [...timeColumn(b, format), ...groups, ...measures.map((m) => measure(m, b))];
}

function everything(b: Built, format: Format): string[] {
  if (!b.time || format === Format.Table) return ["*"];
  return [...timeColumn(b, format), `* EXCLUDE (${identifier(b.time)})`];
}

function timeColumn(b: Built, format: Format): string[] {
  if (!b.time) return [];
  const time = identifier(b.time);
  const alias = timeAlias(format);
  if (b.step && isGrouped(b)) return [`$__timeGroup(${time}, ${b.step === "auto" ? "$__interval" : literal(b.step)}) AS ${alias}`];
  return [time === alias ? time : `${time} AS ${alias}`];
}

function timeAlias(format: Format): string {
  return format === Format.Logs ? `"timestamp"` : "time";
}

function measure(m: Measure, b: Built): string {
  const alias = measureAlias(m, b);
  const value = measureValue(m, b);
  return value === alias ? value : `${value} AS ${alias}`;
}

function measureValue(m: Measure, b: Built): string {
  const column = m.column ? identifier(m.column) : "*";
  if (!m.aggregate) return column;
  if (m.aggregate === "last") return b.time ? `arg_max(${column}, ${identifier(b.time)})` : `last(${column})`;
  return `${m.aggregate}(${column})`;
}

/** measureAlias is the column's name, or aggregate_column where another measure, a group or the time is called that. */
function measureAlias(m: Measure, b: Built): string {
  if (!m.column) return m.aggregate ? "count" : "*";
  const taken = (b.measures ?? []).filter((other) => other.column === m.column).length > 1 || b.groups?.includes(m.column);
  return identifier(taken && m.aggregate ? `${m.aggregate}_${m.column}` : m.column);
}

function conditionsOf(b: Built): string[] {
  const all = [];
  if (b.time) all.push(`$__timeFilter(${identifier(b.time)})`);
  if (b.where?.trim()) all.push(`(${b.where.trim()})`);
  return all;
}

function isGrouped(b: Built): boolean {
  return (b.measures ?? []).some((m) => m.aggregate);
}

/** orderOf puts lines in time's order, other rows newest first if there is a limit, and rows without a time greatest first. */
function orderOf(b: Built, format: Format): string {
  if (b.time) {
    const alias = columns(b, format)[0] === "*" ? identifier(b.time) : timeAlias(format);
    return b.limit && format !== Format.TimeSeries ? `${alias} DESC` : alias;
  }
  const first = b.measures?.find((m) => m.aggregate);
  return first ? `${measureAlias(first, b)} DESC` : "";
}
