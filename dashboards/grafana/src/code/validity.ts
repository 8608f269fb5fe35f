/** Mistake is what is wrong with a statement, and where: position counts characters from 0, line and column from 1. */
export interface Mistake {
  message: string;
  position?: number;
  line?: number;
  column?: number;
  candidates?: string[];
}

/** Validity is what the resource /validate answers. notice says why a statement was not looked at. */
export interface Validity {
  valid: boolean;
  error?: Mistake;
  notice?: string;
}

/** Marker is where a mistake is underlined, as Monaco counts: lines and columns from 1, the end excluded. */
export interface Marker {
  startLineNumber: number;
  startColumn: number;
  endLineNumber: number;
  endColumn: number;
  message: string;
}

/** marker underlines the word at a mistake's place; without a place, the first line. */
export function marker(sql: string, mistake: Mistake): Marker {
  const blank = sql.length - sql.trimStart().length;
  const at = offsetOf(sql, mistake);
  const start = place(sql, at ?? blank);
  const length = at === undefined ? sql.slice(blank).split("\n")[0].length : wordLength(sql.slice(at));
  const endColumn = start.column + Math.max(length, 1);
  return { startLineNumber: start.line, startColumn: start.column, endLineNumber: start.line, endColumn, message: told(mistake) };
}

/** wordLength is how long the word is that a text begins with: a name, or what is in quotes. */
function wordLength(text: string): number {
  return /^(?:[\w$]+|"[^"]*"|'[^']*')/.exec(text)?.[0].length ?? 1;
}

/** told is a mistake as one reads it, with what may have been meant. */
export function told(m: Mistake): string {
  return m.candidates?.length ? `${m.message}\nDid you mean ${m.candidates.join(", ")}?` : m.message;
}

/** place is a position's line and column, from 1, both in UTF-16 units. */
export function place(sql: string, offset: number): { line: number; column: number } {
  const lines = sql.slice(0, offset).split("\n");
  return { line: lines.length, column: lines[lines.length - 1].length + 1 };
}

/** offsetOf is where a mistake lies in UTF-16 units; undefined if it does not say. At the end it is the last character. */
function offsetOf(sql: string, m: Mistake): number | undefined {
  if (m.position !== undefined) return Math.min(offset(sql, m.position), sql.trimEnd().length);
  if (m.line === undefined) return undefined;
  const before = sql.split("\n").slice(0, m.line - 1).join("\n").length + (m.line > 1 ? 1 : 0);
  return Math.min(before + offset(sql.slice(before), (m.column ?? 1) - 1), sql.length);
}

/** offset is where a position in characters lies in UTF-16 units. */
export function offset(text: string, characters: number): number {
  return [...text].slice(0, characters).join("").length;
}

/** characters is where an offset in UTF-16 units lies in characters. */
export function characters(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}
