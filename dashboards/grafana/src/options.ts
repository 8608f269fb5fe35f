import type { DataFrame, Field, MetricFindValue } from "@grafana/data";

/** options are a variable's values: column value (or the first) is what queries get, column text what one reads. */
export function options(frames: DataFrame[]): MetricFindValue[] {
  return frames.flatMap((frame) => {
    const values = called(frame, "value") ?? called(frame, "text") ?? frame.fields[0];
    const texts = called(frame, "text") ?? values;
    return Array.from({ length: frame.length }, (_, i) => ({ value: shown(values, i), text: shown(texts, i) }));
  });
}

/** called finds a column by name, also as other SQL data sources name it: __value and __text. */
function called(frame: DataFrame, name: string): Field | undefined {
  return frame.fields.find((f) => f.name.replace(/^__/, "").toLowerCase() === name);
}

/** shown is a value as text; a time is in UTC, as SQL reads it. */
function shown(field: Field, row: number): string {
  const value: unknown = field.values[row];
  if (value === null || value === undefined) return "";
  if (field.type === "time") return new Date(Number(value)).toISOString().replace("T", " ").replace(/(\.000)?Z$/, "");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
