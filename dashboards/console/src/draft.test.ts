import { expect, test } from "vitest";
import { statementOf } from "./draft";

test("a draft is a statement, and its SELECT stands where it says", () => {
  const d = { name: "hot", emit: "close" as const, select: "SELECT 1; " };
  const { sql, before } = statementOf(d);
  expect(sql).toBe("CREATE MATERIALIZED VIEW hot WITH (emit = 'close') AS\nSELECT 1");
  expect(sql.slice(before)).toBe("SELECT 1");
});

test("a name that is no word is quoted, and a draft without one can be checked", () => {
  expect(statementOf({ name: 'a "b"', emit: "", select: "FROM t" }).sql).toBe('CREATE MATERIALIZED VIEW "a ""b""" AS\nFROM t');
  expect(statementOf({ name: "", emit: "", select: "FROM t" }).sql).toContain('VIEW "preview" AS');
});
