import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { Lines } from "./series";

const HEIGHT = 320;

// How times are labelled, by the step between labels: the step in seconds, the label, and longer ones where a larger unit changes.
const clock: (string | number | null)[][] = [
  [86400 * 28, "{YYYY}-{MM}", null, null, null, null, null, null, 1],
  [86400, "{MM}-{DD}", "\n{YYYY}", null, null, null, null, null, 1],
  [60, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
  [1, "{HH}:{mm}:{ss}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
  [0.001, "{ss}.{fff}", "\n{YYYY}-{MM}-{DD} {HH}:{mm}", null, "\n{MM}-{DD} {HH}:{mm}", null, "\n{HH}:{mm}", null, 1],
];

/** useScheme changes with the reader's dark or light preference. */
function useScheme(): boolean {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const changed = () => setDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return dark;
}

/** Plot draws lines over time. A change of data moves it; only other lines or colours make it anew. */
export function Plot({ lines, label }: { lines: Lines; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const dark = useScheme();
  const data = [lines.x, ...lines.y] as uPlot.AlignedData;

  useEffect(() => {
    const made = new uPlot(options(lines.names, label, box.current!), data, box.current!);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: box.current!.clientWidth, height: HEIGHT }));
    resized.observe(box.current!);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [JSON.stringify(lines.names), label, dark]);
  useEffect(() => plot.current?.setData(data), [lines]);

  const last = lines.x.length > 0 ? new Date(lines.x[lines.x.length - 1] * 1000).toISOString() : "";
  return (
    <div data-testid="live-plot" class="plot" role="img" aria-label={`${label} over time, ${lines.names.length} lines, up to ${last}`}>
      <div ref={box} />
      <span hidden data-testid="plot-points" data-points={lines.points} data-last-x={last} data-lines={lines.names.length} />
    </div>
  );
}

function options(names: string[], label: string, box: HTMLElement): uPlot.Options {
  const css = getComputedStyle(document.documentElement);
  const color = (name: string) => css.getPropertyValue(name).trim();
  const axis = {
    stroke: color("--dim"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: color("--grid"), width: 1 },
    ticks: { stroke: color("--grid"), width: 1, size: 5 },
  };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    tzDate: (s) => uPlot.tzDate(new Date(s * 1000), "Etc/UTC"),
    cursor: { points: { size: 7 }, drag: { x: true, y: false } },
    scales: { y: { range: (_, min, max) => fromZero(min, max) } },
    axes: [{ ...axis, values: clock }, { ...axis, size: 64, values: (_, ticks) => ticks.map(short) }],
    series: [
      { label: "UTC", value: "{YYYY}-{MM}-{DD} {HH}:{mm}:{ss}" },
      ...names.map((name, i) => ({
        label: name || label,
        stroke: color(`--line-${i + 1}`),
        width: 2,
        spanGaps: true,
        points: { size: 5, space: 14 },
        value: (_: uPlot, v: number | null) => (v === null ? "–" : v.toLocaleString("en-US", { maximumFractionDigits: 4 })),
      })),
    ],
  };
}

/** fromZero begins an axis at zero unless the values lie far from it. */
function fromZero(min: number | null, max: number | null): [number, number] {
  if (min === null || max === null) return [0, 1];
  const near = min >= 0 && min < max * 0.6;
  const [from, to] = uPlot.rangeNum(near ? 0 : min, max, 0.1, true) as [number, number];
  return [near ? 0 : from, to];
}

function short(n: number): string {
  if (Math.abs(n) >= 1e4) return n.toLocaleString("en-US", { notation: "compact", maximumFractionDigits: 2 });
  return String(+n.toPrecision(6));
}
