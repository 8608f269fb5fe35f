import { code } from "./regions";

const name = String.raw`(?:"(?:[^"]|"")+"|[a-z_]\w*)`;
const named = new RegExp(String.raw`\b(?:from|join)\s+(?:(?:tumble|hop|session|cumulate|absent)\s*\(\s*)?(${name}(?:\.${name})?)(?![\w.]|\s*\()(?:\s+(?:as\s+)?(${name}))?`, "gi");
const words = /^(where|group|order|limit|join|on|using|left|right|full|inner|cross|asof|semi|anti|natural|union|having|qualify|window|positional)$/i;

/** Mention is a table that a statement reads, and the name that it has there. */
export interface Mention {
  table: string;
  alias: string;
}

/** mentions are the tables behind FROM and JOIN, as far as a regular expression sees them: the text may be half written. */
export function mentions(sql: string): Mention[] {
  const found: Mention[] = [];
  for (const [, table, alias] of code(sql).matchAll(named)) {
    const plain = unquoted(table);
    found.push({ table: plain, alias: alias && !words.test(alias) ? unquoted(alias) : plain });
  }
  return found;
}

function unquoted(text: string): string {
  return text.replace(/"((?:[^"]|"")+)"/g, (_, inner: string) => inner.replaceAll('""', '"'));
}
