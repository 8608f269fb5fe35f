import { doubled, literal } from "./sql/quote";
import { regions, type Region } from "./sql/regions";

/** Variables are a dashboard's: replace is Grafana's, which calls format with a variable's value; isAll says whether it stands at All. */
export interface Variables {
  replace(text: string, format: (value: unknown, variable?: { name?: string }) => string): string;
  isAll(name: string): boolean;
}

/** Piece is a part of a text, where it begins there, and what it becomes. */
export interface Piece {
  at: number;
  text: string;
  out: string;
}

/**
 * interpolate puts variables into SQL. In code a string gets quotes, and several values commas between them; between quotes
 * values only have quotes doubled, so that '$country' and $country are the same. Comments stay as they are. $__interval and
 * other macros are left to the back end, where alert rules have them too.
 */
export function interpolate(sql: string, variables: Variables): string {
  return pieces(sql, variables)
    .map((p) => p.out)
    .join("");
}

/** pieces is interpolate's answer in parts. */
export function pieces(sql: string, variables: Variables): Piece[] {
  return regions(sql).flatMap((region) => cut(sql, region, variables));
}

const variable = /\$\{(\w+)[^}]*\}|\[\[(\w+)(?::\w+)?\]\]|\$(\w+)/g;

function cut(sql: string, region: Region, variables: Variables): Piece[] {
  const found = region.kind === "skipped" ? [] : [...region.text.matchAll(variable)];
  const out: Piece[] = [];
  let end = 0;
  for (const match of found) {
    if (match.index > end) out.push(kept(region, end, match.index));
    const at = region.at + match.index;
    const name = match[1] ?? match[2] ?? match[3];
    out.push({ at, text: match[0], out: valueOf(match[0], name, asksForAll(sql, at, match[0].length), region.kind, variables) });
    end = match.index + match[0].length;
  }
  if (end < region.text.length) out.push(kept(region, end, region.text.length));
  return out;
}

function kept(region: Region, from: number, to: number): Piece {
  const text = region.text.slice(from, to);
  return { at: region.at + from, text, out: text };
}

function valueOf(text: string, name: string, forAll: boolean, kind: Region["kind"], variables: Variables): string {
  if (name === "__interval" || name === "__interval_ms") return `$${name}`;
  if (forAll && variables.isAll(name)) return "$__all";
  return variables.replace(text, (value, v) => written(value, kind, v?.name ?? name));
}

/** asksForAll says whether the variable there is what $__conditionalAll(condition, $variable) asks about. */
function asksForAll(sql: string, at: number, length: number): boolean {
  if (!/^\s*\)/.test(sql.slice(at + length)) || !/,\s*$/.test(sql.slice(0, at))) return false;
  let open = 1;
  for (let i = at - 1; i >= 0; i--) {
    if (sql[i] === ")") open++;
    if (sql[i] === "(" && --open === 0) return sql.slice(0, i).trimEnd().endsWith("$__conditionalAll");
  }
  return false;
}

const separators = { code: ",", string: "','", escapes: "','", identifier: '","', skipped: "," };

function written(value: unknown, kind: Region["kind"], name: string): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map((v) => written(v, kind, name)).join(separators[kind]);
  if (typeof value === "number") return String(value);
  const text = String(value);
  if (kind === "identifier") return doubled(text, '"');
  if (kind === "string") return doubled(text, "'");
  if (kind === "escapes") return doubled(text.replaceAll("\\", "\\\\"), "'");
  return (name === "__from" || name === "__to") && /^\d+$/.test(text) ? text : literal(text);
}

/** positionBefore finds where in the text that pieces were cut from a position of what they have become lies, in UTF-16 units. */
export function positionBefore(parts: Piece[], position: number): number {
  let start = 0;
  for (const p of parts) {
    if (position < start + p.out.length) return p.text === p.out ? p.at + position - start : p.at;
    start += p.out.length;
  }
  const last = parts.at(-1);
  return last ? last.at + last.text.length : 0;
}
