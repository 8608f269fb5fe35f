import { Subject } from "rxjs";
import { expect, test } from "vitest";
import { reconnections } from "./reconnections";

test("only a connection that was lost comes again", () => {
  const connected = new Subject<boolean>();
  let count = 0;
  reconnections(connected).subscribe(() => count++);
  const after = (...states: boolean[]) => {
    states.forEach((s) => connected.next(s));
    return count;
  };
  expect(after(false, true)).toBe(0);
  expect(after(true)).toBe(0);
  expect(after(false, false, true)).toBe(1);
  expect(after(false, true)).toBe(2);
});
