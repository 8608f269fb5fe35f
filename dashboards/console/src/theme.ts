import { useEffect, useState } from "preact/hooks";

const KEY = "weir.theme";
const CHANGED = "weir-theme";

export type Theme = "system" | "light" | "dark";

/** themes are those there are, in the order in which the switch goes through them. */
export const themes: Theme[] = ["system", "light", "dark"];

export function theme(): Theme {
  try {
    const kept = localStorage.getItem(KEY) as Theme;
    return themes.includes(kept) ? kept : "system";
  } catch {
    return "system"; // storage is refused: the system decides
  }
}

/** setTheme puts a theme on the page and keeps it in this browser. */
export function setTheme(t: Theme) {
  document.documentElement.dataset.theme = t;
  try {
    localStorage.setItem(KEY, t);
  } catch {
    // this page has it still
  }
  dispatchEvent(new Event(CHANGED));
}

export const nextTheme = () => setTheme(themes[(themes.indexOf(theme()) + 1) % themes.length]);

/** useTheme changes with the switch, and with the system's preference: what is drawn on a canvas has to be drawn anew. */
export function useTheme(): { theme: Theme; dark: boolean } {
  const query = matchMedia("(prefers-color-scheme: dark)");
  const now = () => ({ theme: theme(), dark: theme() === "dark" || (theme() === "system" && query.matches) });
  const [state, setState] = useState(now);
  useEffect(() => {
    const changed = () => setState(now());
    query.addEventListener("change", changed);
    addEventListener(CHANGED, changed);
    return () => {
      query.removeEventListener("change", changed);
      removeEventListener(CHANGED, changed);
    };
  }, []);
  return state;
}

/** color is what a colour of the page's palette is now, for a canvas. */
export function color(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}
