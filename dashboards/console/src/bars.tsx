import type { Row } from "./api";
import { plain } from "./format";
import { withUnit } from "./unit";

const SHOWN = 20;

interface Props {
  rows: Row[];
  keys: number[];
  measure: number;
  label: string;
  unit?: string;
}

/** Bars draws the greatest rows of a view that has no time. */
export function Bars({ rows, keys, measure, label, unit }: Props) {
  const value = (row: Row) => Number(row[measure] ?? 0);
  const shown = [...rows].sort((a, b) => value(b) - value(a)).slice(0, SHOWN);
  const top = Math.max(...shown.map((r) => Math.abs(value(r))), 1e-12);
  return (
    <div data-testid="live-plot" class="bars" role="img" aria-label={`${label}, the greatest ${shown.length} rows`}>
      {shown.map((row, i) => (
        <div class="bar" key={i}>
          <span class="bar-name">{keys.map((k) => plain(row[k])).join(" · ") || label}</span>
          <span class="bar-track">
            <span class="bar-fill" style={{ width: `${(Math.abs(value(row)) / top) * 100}%` }} />
          </span>
          <span class="bar-value">{withUnit(value(row).toLocaleString("en-US", { maximumFractionDigits: 4 }), unit)}</span>
        </div>
      ))}
      <span hidden data-testid="plot-points" data-points={shown.length} data-last-x="" data-lines={1} />
    </div>
  );
}
