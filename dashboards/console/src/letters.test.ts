import { expect, test } from "vitest";
import { decode, lettersSQL, ofReason, reasonsSQL } from "./letters";

const base64 = (text: string) => btoa(text);

test("JSON is spread over lines, and keeps its digits", () => {
  expect(decode(base64('{"a":1,"b":[true]}'))).toEqual({ kind: "JSON", text: '{\n  "a": 1,\n  "b": [\n    true\n  ]\n}' });
  expect(decode(base64('{"id":12345678901234567890}')).text).toBe('{"id":12345678901234567890}');
});

test("other text is shown as it is", () => {
  expect(decode(base64("a,b\nc"))).toEqual({ kind: "text", text: "a,b\nc" });
});

test("what is no text is a hex dump", () => {
  expect(decode(base64("\xff\x00AB"))).toEqual({ kind: "no text", text: `0000  ff 00 41 42${" ".repeat(38)}ÿ.AB`.replace("ÿ", ".") });
  expect(decode(base64("a\x00b")).kind).toBe("no text");
  expect(decode(base64("\xff".repeat(17))).text.split("\n")).toHaveLength(2);
});

test("what a reader chooses cannot leave its quotes", () => {
  expect(reasonsSQL("a'b")).toContain("source = 'a''b'");
  expect(lettersSQL("", "it's")).toContain("= 'it''s'");
  expect(ofReason("")).toBe("");
});
