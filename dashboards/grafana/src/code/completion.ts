import { findTable, tableName, type Column, type Func, type Macro, type Schema, type Table } from "../schema";
import { mentions } from "../sql/names";
import { identifier, relation } from "../sql/quote";
import { regions } from "../sql/regions";

/** Suggestion is one line of the list that opens while one types. insert is a snippet: $0 is where the cursor goes. */
export interface Suggestion {
  label: string;
  kind: "table" | "column" | "function" | "macro" | "keyword";
  insert: string;
  detail?: string;
  doc?: string;
  rank: number; // lower stands higher
}

const keywords = `SELECT FROM WHERE GROUP BY ALL HAVING QUALIFY ORDER LIMIT JOIN LEFT ASOF ON USING WITH UNION AS AND OR NOT IN BETWEEN LIKE IS NULL
  CASE WHEN THEN ELSE END DISTINCT EXCLUDE FILTER OVER PARTITION INTERVAL DESC`.split(/\s+/);

/** suggest lists what can stand at the end of sql.slice(0, at), where a word may have been begun. */
export function suggest(schema: Schema, sql: string, at: number): Suggestion[] {
  if (!isCode(sql, at)) return [];
  const before = sql.slice(0, at);
  if (/\$\w*$/.test(before)) return schema.macros.map(macro);
  const qualifier = /([\w"]+)\.\w*$/.exec(before)?.[1];
  if (qualifier !== undefined) return qualified(schema, sql, qualifier.replaceAll('"', ""));
  if (/\b(from|join)\s+[\w"]*$/i.test(before)) return [...schema.tables.map((t) => table(t)), ...functions(schema, isTableFunction)];
  return anywhere(schema, sql);
}

/** isCode says whether one types code at a place: at a region's end one is still in it, unless it is closed. */
function isCode(sql: string, at: number): boolean {
  const region = regions(sql.slice(0, at)).at(-1);
  if (!region || region.kind === "code") return true;
  if (region.kind === "skipped") return region.text.startsWith("/*") && region.text.length > 3 && region.text.endsWith("*/");
  return region.text.length > 1 && /['"]$/.test(region.text);
}

/** qualified lists what can stand behind a point: a schema's tables, or the columns of a table. */
function qualified(schema: Schema, sql: string, qualifier: string): Suggestion[] {
  const inSchema = schema.tables.filter((t) => t.schema === qualifier);
  if (inSchema.length > 0) return inSchema.map((t) => table(t, identifier(t.name)));
  const mention = mentions(sql).find((m) => m.alias.toLowerCase() === qualifier.toLowerCase());
  const found = findTable(schema, mention?.table ?? qualifier);
  return found ? columns([found]) : [];
}

function anywhere(schema: Schema, sql: string): Suggestion[] {
  const read = mentions(sql).flatMap((m) => findTable(schema, m.table) ?? []);
  return [
    ...columns(read.length > 0 ? read : schema.tables.filter((t) => t.kind === "view")),
    ...schema.macros.map(macro),
    ...keywords.map((word) => ({ label: word, kind: "keyword" as const, insert: word, rank: 2 })),
    ...functions(schema, () => true),
    ...schema.tables.map((t) => table(t)),
  ];
}

function columns(tables: Table[]): Suggestion[] {
  const all = new Map<string, Suggestion>();
  for (const t of tables) for (const c of t.columns) if (!all.has(c.name)) all.set(c.name, column(c, t));
  return [...all.values()];
}

function column(c: Column, t: Table): Suggestion {
  const detail = [c.type, c.unit].filter(Boolean).join(", ");
  return { label: c.name, kind: "column", insert: plain(identifier(c.name)), detail, doc: c.comment || `Column of ${tableName(t)}`, rank: 0 };
}

function table(t: Table, insert = relation(tableName(t))): Suggestion {
  const names = t.columns.map((c) => c.name).join(", ");
  const doc = [t.title, t.description, `Columns: ${names}`].filter(Boolean).join("\n\n");
  return { label: tableName(t), kind: "table", insert: plain(insert), detail: t.emit ? `${t.kind}, ${t.emit}` : t.kind, doc, rank: 3 };
}

function isTableFunction(f: Func): boolean {
  return f.kind === "table" || f.kind === "window";
}

/** functions lists those that are wanted, one for each name. */
function functions(schema: Schema, wanted: (f: Func) => boolean): Suggestion[] {
  const byName = new Map(schema.functions.filter(wanted).map((f) => [f.name, f]));
  return [...byName.values()].map((f) => ({
    label: f.name,
    kind: "function",
    insert: `${plain(f.name)}($0)`,
    detail: `${f.name}(${(f.parameters ?? []).join(", ")})`,
    doc: [f.description, f.example && `Example: ${f.example}`].filter(Boolean).join("\n\n"),
    rank: 4,
  }));
}

/** macro inserts a macro as its example calls it: the brackets say what it wants. */
function macro(m: Macro): Suggestion {
  return { label: m.name, kind: "macro", insert: plain(callIn(m.example ?? "", m.name)), detail: "macro", doc: [m.description, m.example].filter(Boolean).join("\n\n"), rank: 1 };
}

/** callIn is a macro's call in a statement, with its arguments; the bare name if it has none there. */
function callIn(sql: string, name: string): string {
  const start = sql.indexOf(`${name}(`);
  if (start < 0) return name;
  let open = 0;
  for (let i = start + name.length; i < sql.length; i++) {
    if (sql[i] === "(") open++;
    if (sql[i] === ")" && --open === 0) return sql.slice(start, i + 1);
  }
  return name;
}

/** plain is text that a snippet shows as it stands. */
function plain(text: string): string {
  return text.replace(/[\\$}]/g, "\\$&");
}
