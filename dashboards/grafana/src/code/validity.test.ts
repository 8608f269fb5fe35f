import { expect, test } from "vitest";
import { characters, marker, offset, place } from "./validity";

test("the word at the mistake's place is underlined", () => {
  expect(marker("SELECT a,\n  cuntry FROM revenue", { message: "no such column", position: 12, candidates: ["country"] })).toEqual({
    startLineNumber: 2,
    startColumn: 3,
    endLineNumber: 2,
    endColumn: 9,
    message: "no such column\nDid you mean country?",
  });
});

test("line and column do as well", () => {
  expect(marker("SELECT a,\n  cuntry", { message: "m", line: 2, column: 3 })).toMatchObject({ startLineNumber: 2, startColumn: 3, endColumn: 9 });
});

test("strings and names in quotes are underlined whole", () => {
  expect(marker(`SELECT "a b"`, { message: "m", position: 7 })).toMatchObject({ startColumn: 8, endColumn: 13 });
});

test("a place counts characters, Monaco UTF-16 units", () => {
  expect(marker("SELECT '😀', x", { message: "m", position: 12 })).toMatchObject({ startColumn: 14, endColumn: 15 });
  expect(offset("a😀b", 2)).toBe(3);
  expect(characters("a😀b", 3)).toBe(2);
});

test("at the end something is underlined too", () => {
  expect(marker("SELECT ", { message: "syntax error at end of input", position: 7 })).toMatchObject({ startLineNumber: 1, startColumn: 7, endColumn: 8 });
});

test("without a place it is the first line", () => {
  expect(marker("\nSELECT 1\nFROM x", { message: "m" })).toMatchObject({ startLineNumber: 2, startColumn: 1, endLineNumber: 2, endColumn: 9 });
});

test("places", () => {
  expect(place("ab\ncd", 4)).toEqual({ line: 2, column: 2 });
});
