/** stacked puts each line on those before it. A gap adds nothing. */
export function stacked(y: (number | null)[][]): number[][] {
  const sums = (y[0] ?? []).map(() => 0);
  return y.map((line) => line.map((v, i) => (sums[i] += v ?? 0)));
}
