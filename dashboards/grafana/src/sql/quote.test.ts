import { expect, test } from "vitest";
import { identifier, literal, relation } from "./quote";

test("a name has quotes only where it must", () => {
  expect(identifier("window_start")).toBe("window_start");
  expect(identifier("order")).toBe('"order"');
  expect(identifier("2nd")).toBe('"2nd"');
  expect(identifier('a"b')).toBe('"a""b"');
});

test("a string's quotes are doubled", () => {
  expect(literal("it's ''")).toBe("'it''s '''''");
});

test("only Weir's own tables have a schema", () => {
  expect(relation("weir.late_rows")).toBe("weir.late_rows");
  expect(relation("a.b")).toBe('"a.b"');
});
