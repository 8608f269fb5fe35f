/** count prints a whole number with separators. */
export const count = (n: number) => Math.round(n).toLocaleString("en-US");

/** rate prints rows a second: exact when small, short when large. */
export function rate(n: number | null | undefined): string {
  if (n === null || n === undefined) return "–";
  if (n >= 1e6) return (n / 1e6).toFixed(2) + " M";
  if (n >= 1e4) return (n / 1e3).toFixed(1) + " k";
  return n < 10 && n > 0 ? n.toFixed(1) : count(n);
}

export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let u = 0;
  for (; n >= 1000 && u < units.length - 1; u++) n /= 1000;
  return (u === 0 ? count(n) : n.toFixed(1)) + " " + units[u];
}

/** span prints a length of time in its two greatest units. */
export function span(ms: number): string {
  const s = Math.abs(ms) / 1000;
  if (s < 1) return `${Math.round(s * 1000)} ms`;
  if (s < 60) return `${s.toFixed(1)} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${Math.floor(s % 60)} s`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  const days = Math.floor(s / 86400);
  return days < 730 ? `${days} d ${Math.floor((s % 86400) / 3600)} h` : `${(days / 365.25).toFixed(1)} years`;
}

/** A watermark is a moment, or one of the two ends of time. */
export function watermark(us: number): { text: string; behind: string } {
  if (us <= -9e18) return { text: "no event yet", behind: "" };
  if (us >= 9e18) return { text: "end of input", behind: "" };
  const ms = us / 1000;
  const lag = Date.now() - ms;
  return { text: moment(ms), behind: lag >= 0 ? `${span(lag)} behind` : `${span(lag)} ahead` };
}

/** moment prints a time in UTC, to the second. */
export const moment = (ms: number) => new Date(ms).toISOString().slice(0, 19).replace("T", " ");

/** plain prints a value of a result for reading, a timestamp as DuckDB does. */
export function plain(value: unknown, type = ""): string {
  if (value === null || value === undefined) return "NULL";
  if (type.startsWith("TIMESTAMP") && typeof value === "string") return value.replace("T", " ");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
