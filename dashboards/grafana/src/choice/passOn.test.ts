import { expect, test } from "vitest";
import { passOn, type Field } from "./passOn";

/** told is what a field hears of choices that are all made by the first of its drawings, as Grafana's Combobox does. */
function told<T>(value: T, choices: T[]): T[] {
  const heard: T[] = [];
  const drawn = (shown: T): Field<T> => ({
    value: shown,
    onChange(choice) {
      heard.push(choice);
      newest = drawn(choice);
    },
  });
  let newest = drawn(value);
  const first = passOn(() => newest);
  choices.forEach(first);
  return heard;
}

test("a choice that is told again is passed on once", () => {
  expect(told(0, [2, 2, 2])).toEqual([2]);
});

test("another choice is passed on", () => {
  expect(told<string | null>(null, ["revenue", "orders", "revenue"])).toEqual(["revenue", "orders", "revenue"]);
  expect(told("avg", [""])).toEqual([""]);
});

test("to clear is a choice", () => {
  expect(told<string | null>("1m", [null, null])).toEqual([null]);
});

test("several values are the same if each is", () => {
  expect(told(["a"], [["a", "b"], ["a", "b"], ["b", "a"], []])).toEqual([["a", "b"], ["b", "a"], []]);
});
