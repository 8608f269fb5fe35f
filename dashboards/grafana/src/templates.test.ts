import type { TypedVariableModel } from "@grafana/data";
import { expect, test } from "vitest";
import { interpolate } from "./interpolate";
import { templateVariables } from "./templates";

/** dashboard has a variable country, which stands at All of DE and FR, or at what it is told to. */
function dashboard(value: string[] = ["$__all"]) {
  const country = { name: "country", current: { text: ["All"], value } } as unknown as TypedVariableModel;
  return {
    getVariables: () => [country],
    replace(text = "", scoped: { country?: { value: string } } = {}, format?: unknown) {
      const one = scoped.country?.value;
      if (typeof format !== "function") return text.replace("${country:text}", one ?? (value[0] === "$__all" ? "All" : value.join(" + ")));
      return text.replace("$country", () => format(one ? [one] : value[0] === "$__all" ? ["DE", "FR"] : value, { name: "country" }));
    },
  };
}

const sql = "SELECT * FROM revenue WHERE $__conditionalAll(country IN ($country), $country)";

test("a variable that stands at All is said to", () => {
  expect(interpolate(sql, templateVariables(dashboard(), {}))).toBe("SELECT * FROM revenue WHERE $__conditionalAll(country IN ('DE','FR'), $__all)");
});

test("values that are chosen are not All", () => {
  expect(interpolate(sql, templateVariables(dashboard(["FR"]), {}))).toBe("SELECT * FROM revenue WHERE $__conditionalAll(country IN ('FR'), 'FR')");
});

test("a repeated panel has its own value, though the variable stands at All", () => {
  const scoped = { country: { text: "DE", value: "DE" } };
  expect(interpolate(sql, templateVariables(dashboard(), scoped))).toBe("SELECT * FROM revenue WHERE $__conditionalAll(country IN ('DE'), 'DE')");
});
