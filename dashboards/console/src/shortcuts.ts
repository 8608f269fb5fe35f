import { useEffect } from "preact/hooks";
import { go } from "./route";
import { nextTheme } from "./theme";

/** Shortcut is a key, or two in a row, and what it does. Those without a run are handled where they belong: they are listed only. */
export interface Shortcut {
  keys: string[];
  does: string;
  run?: () => void;
}

export const shortcuts: Shortcut[] = [
  { keys: ["?"], does: "show this list" },
  { keys: ["g", "o"], does: "go to the overview", run: () => go("/") },
  { keys: ["g", "s"], does: "go to SQL", run: () => go("/sql") },
  { keys: ["g", "n"], does: "go to a new view", run: () => go("/new") },
  { keys: ["g", "d"], does: "go to dead letters and late rows", run: () => go("/letters") },
  { keys: ["t"], does: "switch between system, light and dark", run: nextTheme },
  { keys: ["Ctrl", "Enter"], does: "in an editor: run the statement, preview the view" },
  { keys: ["Esc"], does: "close what is open; in the SQL editor: stop what runs" },
  { keys: ["← →"], does: "in a graph: go to the part before or behind" },
];

const AFTER_G = 1500; // ms in which the second key is expected

/** useShortcuts runs shortcuts, and help for the question mark. Keys that are typed into something are left alone. */
export function useShortcuts(help: () => void) {
  useEffect(() => {
    let first = "";
    let at = 0;
    const pressed = (e: KeyboardEvent) => {
      if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || typing(e.target as Element)) return;
      const before = e.timeStamp - at < AFTER_G ? first : "";
      [first, at] = [e.key, e.timeStamp];
      const found = shortcuts.find((s) => s.run && s.keys.join(" ") === (before === "g" ? `g ${e.key}` : e.key));
      if (e.key === "?") help();
      else found?.run?.();
      if (e.key === "?" || found) e.preventDefault();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}

const typing = (at: Element) => at.closest("input, textarea, select, [contenteditable], dialog") !== null;
