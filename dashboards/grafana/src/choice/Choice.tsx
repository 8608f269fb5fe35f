import { Combobox, type ComboboxOption } from "@grafana/ui";
import * as React from "react";
import { passOn, type Field } from "./passOn";

interface Looks<T extends string | number> {
  id: string;
  width: number;
  options: ComboboxOption<T>[];
  placeholder?: string;
  createCustomValue?: boolean;
}

/** Choice is Grafana's Combobox, but tells of a choice once. */
export function Choice<T extends string | number>({ value, onChange, ...looks }: Looks<T> & { value: T | null; onChange(value: T): void }) {
  const tell = useNewest<T | null>({ value, onChange: (v) => v !== null && onChange(v) });
  return <Combobox<T> {...looks} value={value} onChange={(o) => tell(o.value)} />;
}

/** ClearableChoice is a Choice of which one can take none, null. */
export function ClearableChoice<T extends string | number>({ value, onChange, ...looks }: Looks<T> & Field<T | null>) {
  const tell = useNewest({ value, onChange });
  return <Combobox<T> {...looks} isClearable value={value} onChange={(o) => tell(o?.value ?? null)} />;
}

/** useNewest passes choices on to the field as it was drawn last. */
export function useNewest<T>(field: Field<T>): (choice: T) => void {
  const newest = React.useRef(field);
  newest.current = field;
  return passOn(() => newest.current);
}
