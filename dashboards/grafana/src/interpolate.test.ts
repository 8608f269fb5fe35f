import { expect, test } from "vitest";
import { interpolate, pieces, positionBefore, type Variables } from "./interpolate";

/** A dashboard's variables, replaced as Grafana does: unknown names stay, and ${name:raw} asks for no format. */
function variables(values: Record<string, unknown>, all: string[] = []): Variables {
  return {
    replace: (text, format) =>
      text.replace(/\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)\]\]|\$(\w+)/g, (whole, a?: string, raw?: string, b?: string, c?: string) => {
        const name = (a ?? b ?? c)!;
        if (!(name in values)) return whole;
        return raw ? String(values[name]) : format(values[name], { name });
      }),
    isAll: (name) => all.includes(name),
  };
}

const v = variables({ one: "it's", many: ["CH", "D'E"], n: 5, digits: "8001", __from: "1700000000000", view: "revenue", nothing: null, __interval: "1m" });
const into = (sql: string) => interpolate(sql, v);

test("a string gets quotes, and its own are doubled", () => {
  expect(into("x = $one")).toBe("x = 'it''s'");
  expect(into("x = ${one}")).toBe("x = 'it''s'");
  expect(into("x = [[one]]")).toBe("x = 'it''s'");
});

test("between quotes it gets no more of them", () => {
  expect(into("x = '$one'")).toBe("x = 'it''s'");
  expect(into("x LIKE '%${one}%'")).toBe("x LIKE '%it''s%'");
  expect(into("x = E'\\n$one'")).toBe("x = E'\\nit''s'");
  expect(into('"$one"')).toBe('"it\'s"');
});

test("several values have commas between them, in quotes or not", () => {
  expect(into("x IN ($many)")).toBe("x IN ('CH','D''E')");
  expect(into("x IN ('$many')")).toBe("x IN ('CH','D''E')");
});

test("numbers are bare, digits that are text are not", () => {
  expect(into("LIMIT $n")).toBe("LIMIT 5");
  expect(into("zip = $digits")).toBe("zip = '8001'");
  expect(into("epoch_ms($__from)")).toBe("epoch_ms(1700000000000)");
});

test("a format that the text asks for is Grafana's", () => {
  expect(into("FROM ${view:raw}")).toBe("FROM revenue");
});

test("nothing is nothing", () => {
  expect(into("x$nothing")).toBe("x");
});

test("macros are the back end's, also those that Grafana knows", () => {
  expect(into("$__timeFilter(ts) $__interval ${__interval} '$__interval_ms'")).toBe("$__timeFilter(ts) $__interval $__interval '$__interval_ms'");
});

test("comments and dollar quotes stay", () => {
  expect(into("1 -- $one\n/* $one */ $$ $one $$")).toBe("1 -- $one\n/* $one */ $$ $one $$");
});

test("$__conditionalAll hears of All", () => {
  const sql = "$__conditionalAll(country IN ($many) AND f(1), ${many})";
  expect(into(sql)).toBe("$__conditionalAll(country IN ('CH','D''E') AND f(1), 'CH','D''E')");
  expect(interpolate(sql, variables({ many: ["CH"] }, ["many"]))).toBe("$__conditionalAll(country IN ('CH') AND f(1), $__all)");
  expect(interpolate("f(1, $many)", variables({ many: ["CH"] }, ["many"]))).toBe("f(1, 'CH')");
});

test("places are found back over variables", () => {
  const sql = "a = $one AND b = $many";
  const parts = pieces(sql, v);
  const out = parts.map((p) => p.out).join("");
  expect(positionBefore(parts, out.indexOf("AND"))).toBe(sql.indexOf("AND"));
  expect(positionBefore(parts, out.indexOf("it"))).toBe(sql.indexOf("$one"));
  expect(positionBefore(parts, out.length)).toBe(sql.length);
});
