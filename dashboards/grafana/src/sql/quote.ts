// DuckDB's reserved words: as names they need quotes (SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved').
const reserved = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create default deferrable desc
  describe distinct do else end except false fetch for foreign from group having in initially intersect into lambda lateral leading
  limit not null offset on only or order pivot pivot_longer pivot_wider placing primary qualify references returning select show some
  summarize symmetric table then to trailing true union unique unpivot using variadic when where window with`.split(/\s+/),
);

/** literal is a string as SQL writes it. */
export function literal(value: string): string {
  return `'${doubled(value, "'")}'`;
}

/** doubled is what stands between two quotes so that SQL reads value. */
export function doubled(value: string, quote: string): string {
  return value.replaceAll(quote, quote + quote);
}

/** identifier is a name as SQL writes it: in quotes where it must be. */
export function identifier(name: string): string {
  if (/^[a-z_][a-z0-9_]*$/i.test(name) && !reserved.has(name.toLowerCase())) return name;
  return `"${doubled(name, '"')}"`;
}

/** relation is a table's name as SQL writes it. Of names with a point, only those of Weir's own tables begin with a schema. */
export function relation(name: string): string {
  return name.startsWith("weir.") ? `weir.${identifier(name.slice("weir.".length))}` : identifier(name);
}
