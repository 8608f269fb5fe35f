import { PostgreSQL, SQLDialect } from "@codemirror/lang-sql";

const words = "qualify asof positional semi anti exclude replace pivot unpivot summarize sample unnest struct map list json";
const types = "hugeint ubigint uinteger usmallint utinyint tinyint double varchar timestamptz timestamp_s timestamp_ms timestamp_ns blob uuid";

/** dialect is DuckDB's: PostgreSQL's words, and some of its own. */
export const dialect = SQLDialect.define({
  ...PostgreSQL.spec,
  keywords: `${PostgreSQL.spec.keywords} ${words}`,
  types: `${PostgreSQL.spec.types} ${types}`,
});
