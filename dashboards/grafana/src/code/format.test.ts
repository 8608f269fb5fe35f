import { expect, test } from "vitest";
import { formatSQL } from "./format";

test("statements are laid out, macros and variables kept", () => {
  expect(formatSQL("select window_start as time, sum(x) from revenue where $__timeFilter(window_start) and country in (${country:sqlstring}) and a = [[b]] group by all")).toBe(
    `SELECT
  window_start AS time,
  sum(x)
FROM
  revenue
WHERE
  $__timeFilter (window_start)
  AND country IN (\${country:sqlstring})
  AND a = [[b]]
GROUP BY ALL`,
  );
});

test("what cannot be read stays", () => {
  expect(formatSQL("select 'open")).toBe("select 'open");
});
