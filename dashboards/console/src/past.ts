const KEY = "weir.sql.past";
const KEPT = 50;

/** pastStatements are those that were run in this browser, the newest first. */
export function pastStatements(): string[] {
  try {
    const list = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(list) ? list.filter((s) => typeof s === "string") : [];
  } catch {
    return []; // storage is refused or holds something else: there is no past then
  }
}

/** remember adds a statement and returns the new list. */
export function remember(statement: string): string[] {
  const list = [statement, ...pastStatements().filter((s) => s !== statement)].slice(0, KEPT);
  try {
    localStorage.setItem(KEY, JSON.stringify(list));
  } catch {
    // full or refused: this page still has the list
  }
  return list;
}
