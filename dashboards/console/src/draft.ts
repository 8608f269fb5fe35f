// A view that is being written: what the fields of the page say, as a statement, and back.

export interface Draft {
  name: string;
  emit: "" | "close" | "changes"; // empty lets Weir decide
  select: string;
}

const KEY = "weir.draft";

const plain = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** statementOf is the statement that creates a draft's view. Before is how many characters stand before its SELECT. */
export function statementOf(d: Draft): { sql: string; before: number } {
  const name = plain.test(d.name) ? d.name : `"${(d.name || "preview").replaceAll('"', '""')}"`;
  const options = d.emit ? ` WITH (emit = '${d.emit}')` : "";
  const head = `CREATE MATERIALIZED VIEW ${name}${options} AS\n`;
  return { sql: head + d.select.replace(/;\s*$/, ""), before: head.length };
}

/** keptDraft is the one that was written in this browser last. */
export function keptDraft(): Draft | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null");
    return typeof kept?.select === "string" ? kept : null;
  } catch {
    return null;
  }
}

export function keepDraft(d: Draft) {
  try {
    localStorage.setItem(KEY, JSON.stringify(d));
  } catch {
    // full or refused: this page still has it
  }
}
