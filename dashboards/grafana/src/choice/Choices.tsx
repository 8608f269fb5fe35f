import { MultiCombobox, type ComboboxOption } from "@grafana/ui";
import * as React from "react";
import { useNewest } from "./Choice";
import type { Field } from "./passOn";

interface Props extends Field<string[]> {
  id: string;
  width: number;
  options: ComboboxOption<string>[];
}

/** Choices is Grafana's MultiCombobox, but tells of a choice once, and of no value twice. */
export function Choices({ value, onChange, ...looks }: Props) {
  const tell = useNewest({ value, onChange });
  return <MultiCombobox {...looks} value={value} onChange={(all) => tell([...new Set(all.map((o) => o.value))])} />;
}
