import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { PlotKind } from "./choice";
import type { Lines } from "./series";
import { stacked } from "./stack";
import { color, useTheme } from "./theme";
import { withUnit } from "./unit";

const HEIGHT = 320;

// How times are labelled, by the step between labels: the step in seconds, the label, and longer ones where a larger unit changes.
const clock: (string | number | null)[][] = [
  [86400 * 28, "{YYYY}-{MM}", null, null, null, null, null, null, 1],
  [86400, "{MM}-{DD}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
  [0.001, "{ss}.{fff}", "\n{YYYY}-{MM}-{DD} {HH}:{mm}", null, "\n{MM}-{DD} {HH}:{mm}", null, "\n{HH}:{mm}", null, 1],
];

/** Plot draws lines over time. A change of data moves it; only other lines, kinds or colours make it anew. An area is stacked. */
export function Plot({ lines, label, kind = "line", unit }: { lines: Lines; label: string; kind?: PlotKind; unit?: string }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const { dark } = useTheme();
  const drawn = kind === "area" ? stacked(lines.y) : lines.y;
  const data = [lines.x, ...drawn] as uPlot.AlignedData;
  const values = useRef(lines.y);
  values.current = lines.y;

  useEffect(() => {
    const made = new uPlot(options({ names: lines.names, label, kind, unit }, box.current!, values), data, box.current!);
    plot.current = made;
    const resized = new ResizeObserver(() => box.current && made.setSize({ width: box.current.clientWidth, height: HEIGHT })); // it may come once the page has left
    resized.observe(box.current!);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [JSON.stringify(lines.names), label, dark, kind, unit]);
  useEffect(() => plot.current?.setData(data), [lines]);

  const last = lines.x.length > 0 ? new Date(lines.x[lines.x.length - 1] * 1000).toISOString() : "";
  return (
    <div data-testid="live-plot" class="plot" data-kind={kind}>
      <div ref={box} role="img" aria-label={`${label} over time, ${lines.names.length} lines, up to ${last}`} />
      <span hidden data-testid="plot-points" data-points={lines.points} data-last-x={last} data-lines={lines.names.length} />
    </div>
  );
}

interface Drawing {
  names: string[];
  label: string;
  kind: PlotKind;
  unit?: string;
}

function options({ names, label, kind, unit }: Drawing, box: HTMLElement, values: { current: (number | null)[][] }): uPlot.Options {
  const axis = {
    stroke: color("--dim"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: color("--grid"), width: 1 },
    ticks: { stroke: color("--grid"), width: 1, size: 5 },
  };
  const said = (v: number | null | undefined) => (v === null || v === undefined ? "–" : withUnit(v.toLocaleString("en-US", { maximumFractionDigits: 4 }), unit));
  return {
    width: box.clientWidth,
    height: HEIGHT,
    tzDate: (s) => uPlot.tzDate(new Date(s * 1000), "Etc/UTC"),
    cursor: { points: { size: 7 }, drag: { x: true, y: false } },
    scales: { y: { range: (_, min, max) => (kind === "line" || kind === "points" ? fromZero(min, max) : withZero(min, max)) } },
    axes: [{ ...axis, values: clock }, { ...axis, size: unit ? 84 : 64, values: (_, ticks) => ticks.map((t) => withUnit(short(t), unit)) }],
    bands: kind === "area" ? names.slice(1).map((_, i) => ({ series: [i + 2, i + 1] as [number, number] })) : undefined,
    series: [
      { label: "UTC", value: "{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}" },
      ...names.map((name, i) => ({
        label: name || label,
        ...look(kind, color(`--line-${i + 1}`)),
        value: (_: uPlot, _v: number | null, s: number, at: number | null) => said(at === null ? null : values.current[s - 1]?.[at]),
      })),
    ],
  };
}

/** look is how a series is drawn. */
function look(kind: PlotKind, stroke: string): uPlot.Series {
  const faint = stroke.replace(/^rgb\((.*)\)$/, "rgba($1, 0.3)");
  switch (kind) {
    case "area":
      return { stroke, fill: faint, width: 1.5, points: { show: false } };
    case "bars":
      return { stroke, fill: faint, width: 1, paths: uPlot.paths.bars!({ size: [0.7, 40] }), points: { show: false } };
    case "points":
      return { stroke, width: 0, paths: () => null, points: { show: true, size: 6, fill: stroke } };
  }
  return { stroke, width: 2, spanGaps: true, points: { size: 5, space: 14 } };
}

/** fromZero begins an axis at zero unless the values lie far from it. */
function fromZero(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const near = min >= 0 && min < max * 0.6;
  const [from, to] = uPlot.rangeNum(near ? 0 : min, max, 0.1, true) as [number, number];
  return [near ? 0 : from, to];
}

/** withZero is an axis with zero on it: areas and bars begin there. */
function withZero(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const [from, to] = uPlot.rangeNum(Math.min(min, 0), Math.max(max, 0), 0.1, true) as [number, number];
  return [min >= 0 ? 0 : from, to];
}

function short(n: number): string {
  if (Math.abs(n) >= 1e4) return n.toLocaleString("en-US", { notation: "compact", maximumFractionDigits: 2 });
  return String(+n.toPrecision(6));
}
