/** Field is what a field of choices shows, and who is told of another choice. */
export interface Field<T> {
  value: T;
  onChange(value: T): void;
}

/**
 * passOn tells of choices that differ from what the newest field shows. Grafana's Combobox tells of a choice again whenever React computes its
 * state anew, and a change in Explore makes React do that at once: were each passed on, there would be no end ("Maximum update depth
 * exceeded"). It then tells the field of the time of the click, too, whose query is not the one that is there now.
 */
export function passOn<T>(newest: () => Field<T>): (choice: T) => void {
  return (choice) => {
    const { value, onChange } = newest();
    if (!same(choice, value)) onChange(choice);
  };
}

function same(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((x, i) => x === b[i]);
}
