import css from "./style.css?raw";
import { expect, test } from "vitest";

const palette = new Map([...css.matchAll(/(--[\w-]+): light-dark\((#\w{6})\w*, (#\w{6})\w*\);/g)].map(([, name, light, dark]) => [name, [light, dark]]));

/** contrast is WCAG's ratio of two colours. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [r, g, bl] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const text = ["--text", "--dim", "--accent", "--warn", "--bad"].flatMap((front) => ["--bg", "--card"].map((back) => [front, back, 4.5] as const));
const others = [
  ["--text", "--mark", 4.5],
  ...[1, 2, 3, 4].map((n) => [`--line-${n}`, "--card", 4.5] as const), // words of statements have these
  ["--on-accent", "--accent", 4.5],
  ["--control", "--card", 3],
  ["--control", "--bg", 3],
  ["--good", "--card", 3],
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => [`--line-${n}`, "--card", 3] as const),
] as const;

test("the palette's pairs have the contrast that WCAG AA asks for, in light and dark", () => {
  const low: string[] = [];
  for (const [front, back, least] of [...text, ...others]) {
    for (const scheme of [0, 1]) {
      const ratio = contrast(palette.get(front)![scheme], palette.get(back)![scheme]);
      if (ratio < least) low.push(`${front} on ${back}, ${scheme ? "dark" : "light"}: ${ratio.toFixed(2)}, want ${least}`);
    }
  }
  expect(low).toEqual([]);
});

test("contrast is computed as WCAG computes it", () => {
  expect(contrast("#ffffff", "#000000")).toBeCloseTo(21);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});
