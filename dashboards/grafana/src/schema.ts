/** Column is a column of a table; its type is DuckDB's. */
export interface Column {
  name: string;
  type: string;
  unit?: string;
  comment?: string;
}

/** Table is a view or another table that can be asked. time is its column of event time, keys make a row unique beside it. */
export interface Table {
  schema: string;
  name: string;
  kind: string;
  emit?: string;
  title?: string;
  description?: string;
  time?: string;
  keys?: string[];
  columns: Column[];
}

/** Func is a function that SQL can call. */
export interface Func {
  name: string;
  kind: string;
  parameters?: string[];
  description?: string;
  example?: string;
}

/** Macro is a word that the plugin's back end replaces before Weir sees the query; example is a statement that has it. */
export interface Macro {
  name: string;
  description?: string;
  example?: string;
}

/** Schema is what the resource /schema answers: all that a query can name. */
export interface Schema {
  version?: string;
  tables: Table[];
  functions: Func[];
  macros: Macro[];
}

export const emptySchema: Schema = { tables: [], functions: [], macros: [] };

/** complete fills in what an answer left out. */
export function complete(answer: Partial<Schema>): Schema {
  const tables = (answer.tables ?? []).map((t) => ({ ...t, columns: t.columns ?? [] }));
  return { ...answer, tables, functions: answer.functions ?? [], macros: answer.macros ?? [] };
}

/** tableName is what a table is called in SQL and in the builder, without quotes: main is left out. */
export function tableName(t: Table): string {
  return t.schema === "main" ? t.name : `${t.schema}.${t.name}`;
}

/** findTable finds a table by that name, in any case, as DuckDB does. */
export function findTable(schema: Schema, name: string): Table | undefined {
  const wanted = name.toLowerCase();
  return schema.tables.find((t) => tableName(t).toLowerCase() === wanted || `${t.schema}.${t.name}`.toLowerCase() === wanted);
}

const numeric = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL)/;

/** isNumeric says whether a column's values can be drawn. */
export function isNumeric(c: Column): boolean {
  return numeric.test(c.type);
}

/** isTime says whether a column can be a query's time. */
export function isTime(c: Column): boolean {
  return c.type.startsWith("TIMESTAMP") || c.type === "DATE";
}
