import { expect, test } from "vitest";
import { code, regions } from "./regions";

const kinds = (sql: string) => regions(sql).map((r) => `${r.kind}:${r.text}`);

test("strings, names, comments and what is open at the end are told apart", () => {
  expect(kinds(`a 'b''c' "d""e" -- 'f'\n/* "g" */ E'h\\'i' $$j'$$ 'k`)).toEqual([
    "code:a ",
    "string:'b''c'",
    "code: ",
    'identifier:"d""e"',
    "code: ",
    "skipped:-- 'f'",
    "code:\n",
    'skipped:/* "g" */',
    "code: ",
    "escapes:E'h\\'i'",
    "code: ",
    "skipped:$$j'$$",
    "code: ",
    "string:'k",
  ]);
});

test("a name that ends in e is no string's beginning", () => {
  expect(kinds("none'x'")).toEqual(["code:none", "string:'x'"]);
});

test("code keeps the length", () => {
  expect(code("a '(' b")).toBe("a     b");
});
