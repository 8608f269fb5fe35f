import type { ScopedVars } from "@grafana/data";
import type { TemplateSrv } from "@grafana/runtime";
import type { Variables } from "./interpolate";

type Templates = Pick<TemplateSrv, "getVariables" | "replace">;

/** templateVariables are a dashboard's variables as a query has them: in a panel that is repeated, each time with one value. */
export function templateVariables(templates: Templates, scoped: ScopedVars): Variables {
  return {
    replace: (text, format) => templates.replace(text, scoped, format),
    isAll: (name) => isAll(templates, name) && !isNarrowed(templates, name, scoped),
  };
}

function isAll(templates: Templates, name: string): boolean {
  const found = templates.getVariables().find((v) => v.name === name);
  const value = found && "current" in found && found.current && "value" in found.current ? found.current.value : undefined;
  return [value].flat().some((v) => v === "$__all" || v === "");
}

/** isNarrowed says whether a variable shows another value in a query than at the top of the dashboard. */
function isNarrowed(templates: Templates, name: string, scoped: ScopedVars): boolean {
  const shown = `\${${name}:text}`;
  return templates.replace(shown, scoped) !== templates.replace(shown);
}
