import { Button, IconButton, InlineField, Stack } from "@grafana/ui";
import * as React from "react";
import { Choice, ClearableChoice } from "../choice/Choice";
import { aggregates, type Aggregate, type Measure } from "../query";
import { isNumeric, type Column } from "../schema";

interface Props {
  measures: Measure[];
  columns: Column[];
  labelWidth: number;
  onChange(measures: Measure[]): void;
}

const functions = aggregates.map((a) => ({ value: a, label: a || "as it is" }));

/** MeasureRows is a line for each measure: which column, and what is made of it. */
export function MeasureRows({ measures, columns, labelWidth, onChange }: Props) {
  const id = React.useId();
  const replace = (i: number, m: Measure) => onChange(measures.map((old, j) => (i === j ? m : old)));
  const add = () => onChange([...measures, { aggregate: "count" }]);
  return (
    <>
      {measures.map((m, i) => (
        <Stack key={i} direction="row" gap={0.5} alignItems="flex-start">
          <InlineField label={`Measure ${i + 1}`} labelWidth={labelWidth}>
            <Choice<Aggregate> id={`${id}aggregate${i}`} width={14} options={functions} value={m.aggregate ?? ""} onChange={(aggregate) => replace(i, { ...m, aggregate })} />
          </InlineField>
          <InlineField label="of column">
            <ClearableChoice id={`${id}column${i}`} width={26} placeholder="all rows" options={choices(columns)} value={m.column ?? null} onChange={(column) => replace(i, { ...m, column: column ?? undefined })} />
          </InlineField>
          <IconButton name="trash-alt" size="lg" aria-label={`Remove measure ${i + 1}`} onClick={() => onChange(measures.filter((_, j) => j !== i))} />
        </Stack>
      ))}
      <div>
        <Button size="sm" variant="secondary" icon="plus" onClick={add}>
          Add measure
        </Button>
      </div>
    </>
  );
}

/** choices lists a table's columns, numbers first. */
function choices(columns: Column[]) {
  const numbers = columns.filter(isNumeric);
  const others = columns.filter((c) => !isNumeric(c));
  return [...numbers, ...others].map((c) => ({ value: c.name, description: [c.type, c.unit].filter(Boolean).join(", ") }));
}
