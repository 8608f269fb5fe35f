// What the page asks of weir.dead_letters and weir.late_rows, and how it shows bytes.

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** kindOf is a reason without the values that differ from letter to letter, so that letters of one kind count together. */
const kindOf = `regexp_replace(regexp_replace(reason, '"(\\\\.|[^"\\\\])*"', '"…"', 'g'), '(^|[ (=])[0-9]+', '\\1N', 'g')`;

const where = (...conditions: string[]) => {
  const some = conditions.filter((c) => c !== "");
  return some.length > 0 ? ` WHERE ${some.join(" AND ")}` : "";
};

const ofSource = (source: string) => (source ? `source = ${quote(source)}` : "");

/** ofReason is the condition for the letters of a kind, for queries and for replays. */
export const ofReason = (kind: string) => (kind ? `${kindOf} = ${quote(kind)}` : "");

/** reasonsSQL counts dead letters by source and kind of reason; lacking are those that some view lacks, which a replay would give it. */
export const reasonsSQL = (source: string) =>
  `SELECT source, ${kindOf} AS kind, count(*) AS letters, count(*) FILTER (WHERE len(views) > 0) AS lacking, max("at") AS latest FROM weir.dead_letters` +
  `${where(ofSource(source))} GROUP BY ALL ORDER BY letters DESC, kind LIMIT 50`;

export const NEWEST = 50;

export const lettersSQL = (source: string, kind: string) =>
  `SELECT source, "partition", "offset", reason, "at", value[:${MOST}] AS value, octet_length(value) AS bytes, array_to_string(views, ', ') AS lacking, ` +
  `array_to_string(replayed, ', ') AS replayed, error FROM weir.dead_letters${where(ofSource(source), ofReason(kind))} ORDER BY "at" DESC, "offset" DESC LIMIT ${NEWEST}`;

export const lateCountsSQL = (source: string) =>
  `SELECT view, source, count(*) AS rows, max("at") AS latest, max(watermark - event_time) AS most_behind FROM weir.late_rows${where(ofSource(source))}` +
  ` GROUP BY ALL ORDER BY rows DESC LIMIT 50`;

export const lateSQL = (source: string) =>
  `SELECT view, source, "partition", event_time, watermark, "row", "at" FROM weir.late_rows${where(ofSource(source))} ORDER BY "at" DESC LIMIT ${NEWEST}`;

/** MOST is how many bytes of a letter are fetched. */
const MOST = 4096;

export interface Decoded {
  kind: "JSON" | "text" | "no text";
  text: string;
}

/** decode shows bytes, which come in base64: JSON with its lines, other text as it is, all else as a hex dump. */
export function decode(base64: string): Decoded {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { kind: "no text", text: hex(bytes) };
  }
  if (/[\u0000-\u0008\u000e-\u001f]/.test(text)) return { kind: "no text", text: hex(bytes) };
  try {
    return { kind: "JSON", text: pretty(text) };
  } catch {
    return { kind: "text", text };
  }
}

/** pretty spreads JSON over lines; numbers that a double would change stay as they were written. */
function pretty(text: string): string {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return text;
  return /-?\d{16,}|\d\.\d{16,}/.test(text) ? text : JSON.stringify(value, null, 2);
}

function hex(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const part = [...bytes.slice(at, at + 16)];
    const digits = part.map((b) => b.toString(16).padStart(2, "0")).join(" ");
    const shown = part.map((b) => (b >= 32 && b < 127 ? String.fromCharCode(b) : ".")).join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${digits.padEnd(47)}  ${shown}`);
  }
  return lines.join("\n");
}
