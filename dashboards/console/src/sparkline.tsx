const WIDTH = 96;
const HEIGHT = 22;

/** Sparkline draws the last minute as a small line from zero up. */
export function Sparkline({ values }: { values: number[] }) {
  if (values.length < 2) return null;
  const top = Math.max(...values, 1);
  const step = WIDTH / 59;
  const from = WIDTH - (values.length - 1) * step;
  const at = (v: number, i: number) => `${(from + i * step).toFixed(1)},${(HEIGHT - 1 - (v / top) * (HEIGHT - 3)).toFixed(1)}`;
  const line = values.map(at).join(" ");
  return (
    <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <polygon class="spark-area" points={`${from.toFixed(1)},${HEIGHT} ${line} ${WIDTH},${HEIGHT}`} />
      <polyline class="spark-line" points={line} />
    </svg>
  );
}
