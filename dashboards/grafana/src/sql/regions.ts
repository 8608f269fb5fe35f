/** Region is a part of a statement: code, or what stands between quotes, or what DuckDB does not look into. */
export interface Region {
  kind: "code" | "string" | "escapes" | "identifier" | "skipped";
  at: number;
  text: string;
}

// E'…' has backslashes, $$…$$ has no escapes at all. What is not closed reaches to the end.
const closed = /\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'?|'(?:[^']|'')*'?|"(?:[^"]|"")*"?|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\$\$[\s\S]*?(?:\$\$|$)/g;

/** regions cuts a statement up. Their texts, one behind the other, are the statement. */
export function regions(sql: string): Region[] {
  const out: Region[] = [];
  let end = 0;
  for (const match of sql.matchAll(closed)) {
    if (match.index > end) out.push({ kind: "code", at: end, text: sql.slice(end, match.index) });
    out.push({ kind: kindOf(match[0]), at: match.index, text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < sql.length) out.push({ kind: "code", at: end, text: sql.slice(end) });
  return out;
}

function kindOf(text: string): Region["kind"] {
  if (text.startsWith("'")) return "string";
  if (text.startsWith('"')) return "identifier";
  return /^[eE]/.test(text) ? "escapes" : "skipped";
}

/** code is a statement of the same length in which all but code is blank: what can be searched for words and brackets. */
export function code(sql: string): string {
  return regions(sql)
    .map((r) => (r.kind === "code" || r.kind === "identifier" ? r.text : " ".repeat(r.text.length)))
    .join("");
}
