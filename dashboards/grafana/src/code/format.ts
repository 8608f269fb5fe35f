import { duckdb, formatDialect } from "sql-formatter";

/** formatSQL lays a statement out, variables and macros in it. One that cannot be read stays as it is. */
export function formatSQL(sql: string): string {
  try {
    return formatDialect(sql, {
      dialect: duckdb,
      keywordCase: "upper",
      tabWidth: 2,
      paramTypes: { custom: [{ regex: String.raw`\$\{[^}]*\}` }, { regex: String.raw`\[\[\w+(?::\w+)?\]\]` }, { regex: String.raw`\$\w+` }] },
    });
  } catch {
    return sql;
  }
}
