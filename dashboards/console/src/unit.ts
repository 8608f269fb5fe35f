// Units of columns, as Grafana calls them. One that is not known here is written as it is.

const before: Record<string, string> = { currencyEUR: "€", currencyUSD: "$", currencyGBP: "£", currencyJPY: "¥", currencyCHF: "CHF " };

const behind: Record<string, string> = {
  short: "",
  none: "",
  percent: "%",
  percentunit: "× 100 %",
  ns: "ns",
  µs: "µs",
  ms: "ms",
  s: "s",
  m: "min",
  h: "h",
  d: "d",
  bytes: "B",
  decbytes: "B",
  celsius: "°C",
  fahrenheit: "°F",
  cps: "/s",
  ops: "/s",
  reqps: "requests/s",
};

/** unitWord is a unit by itself; empty for plain numbers. */
export const unitWord = (unit = "") => (before[unit] ?? behind[unit] ?? unit).trim();

/** withUnit is a number, as it is written, with its unit. */
export function withUnit(written: string, unit = ""): string {
  if (before[unit]) return before[unit] + written;
  const word = unitWord(unit);
  return word && word !== "%" ? `${written} ${word}` : written + word;
}

/** sharedUnit is the unit that all columns have; empty if they have several. */
export function sharedUnit(columns: { unit?: string }[]): string {
  const units = new Set(columns.map((c) => c.unit ?? ""));
  return units.size === 1 ? [...units][0] : "";
}
