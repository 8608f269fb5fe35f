import { InlineField } from "@grafana/ui";
import * as React from "react";
import { Choice } from "./choice/Choice";
import { Format } from "./query";

const formats = [
  { value: Format.TimeSeries, label: "Time series", description: "A line for each number and each value of the text columns" },
  { value: Format.Table, label: "Table", description: "The rows as they are" },
  { value: Format.Logs, label: "Logs", description: "A line of text for each row" },
];

/** FormatSelect says in which shape rows come back. */
export function FormatSelect({ value, onChange }: { value: Format; onChange(format: Format): void }) {
  return (
    <InlineField label="Format">
      <Choice id={React.useId()} width={18} options={formats} value={value} onChange={onChange} />
    </InlineField>
  );
}
