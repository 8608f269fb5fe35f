import { css } from "@emotion/css";
import type { GrafanaTheme2 } from "@grafana/data";
import { Alert, InlineField, Input, Stack, useStyles2 } from "@grafana/ui";
import * as React from "react";
import { Choice, ClearableChoice } from "../choice/Choice";
import { Choices } from "../choice/Choices";
import type { Built, Format } from "../query";
import { findTable, isTime, tableName, type Column, type Schema } from "../schema";
import { build } from "./build";
import { MeasureRows } from "./MeasureRows";
import { start } from "./start";

interface Props {
  built: Built;
  sql: string; // what runs now
  format: Format;
  schema: Schema;
  onChange(built: Built): void;
}

const label = 12;
const steps = ["auto", "1s", "10s", "1m", "5m", "15m", "1h", "1d"];

/** BuilderMode makes a statement out of fields. */
export function BuilderMode({ built, sql, format, schema, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const id = React.useId();
  const table = findTable(schema, built.view);
  const made = build(built, format);
  const set = (part: Partial<Built>) => onChange({ ...built, ...part });
  const choose = (view: string) => {
    const found = findTable(schema, view);
    onChange(found ? start(found) : { view });
  };
  return (
    <Stack direction="column" gap={0.5}>
      <Stack direction="row" gap={0.5} wrap="wrap">
        <InlineField label="View" labelWidth={label} tooltip="What Weir keeps current, or one of its own tables">
          <Choice id={`${id}view`} width={30} placeholder="Choose a view…" options={tables(schema)} value={built.view || null} onChange={choose} />
        </InlineField>
        <InlineField label="Time" tooltip="The column that the dashboard's time range limits">
          <ClearableChoice id={`${id}time`} width={22} options={names(table?.columns.filter(isTime), built.time)} value={built.time ?? null} onChange={(time) => set({ time: time ?? undefined })} />
        </InlineField>
        <InlineField label="Step" tooltip="Rows of one step of time become one, where a measure is computed">
          <ClearableChoice id={`${id}step`} width={14} createCustomValue options={steps.map((s) => ({ value: s }))} value={built.step ?? null} onChange={(step) => set({ step: step ?? undefined })} />
        </InlineField>
      </Stack>
      <InlineField label="Group by" labelWidth={label} tooltip="Columns of which each value is a line of its own">
        <Choices id={`${id}groups`} width={30} options={names(table?.columns)} value={built.groups ?? []} onChange={(groups) => set({ groups })} />
      </InlineField>
      <MeasureRows labelWidth={label} measures={built.measures ?? []} columns={table?.columns ?? []} onChange={(measures) => set({ measures })} />
      <Stack direction="row" gap={0.5} wrap="wrap">
        <InlineField label="Where" labelWidth={label} tooltip="A condition in SQL, such as country IN ($country)">
          <Input key={built.where} id={`${id}where`} width={60} defaultValue={built.where} placeholder="country = 'CH'" onBlur={(e) => changed(e.currentTarget.value, built.where ?? "", (where) => set({ where }))} />
        </InlineField>
        <InlineField label="Limit">
          <Input key={built.limit} id={`${id}limit`} width={12} type="number" min={1} defaultValue={built.limit} placeholder="none" onBlur={(e) => changed(e.currentTarget.value, String(built.limit ?? ""), (n) => set({ limit: Number(n) || undefined }))} />
        </InlineField>
      </Stack>
      {sql !== made && sql !== "" && <Alert severity="info" title="The statement was changed as code: the next change here replaces it." />}
      {sql && (
        <pre aria-label="Generated SQL" className={styles.sql}>
          {sql}
        </pre>
      )}
    </Stack>
  );
}

/** tables lists views first, then what else can be read. */
function tables(schema: Schema) {
  const views = schema.tables.filter((t) => t.kind === "view");
  const others = schema.tables.filter((t) => t.kind !== "view");
  return [...views, ...others].map((t) => ({ value: tableName(t), description: t.description || t.title }));
}

/** names lists columns, and one that is chosen though the table has it no more. */
function names(columns: Column[] = [], chosen?: string) {
  const all = columns.map((c) => ({ value: c.name, description: c.type }));
  return chosen && !all.some((o) => o.value === chosen) ? [...all, { value: chosen }] : all;
}

/** changed calls set where a field is left with another text than it had. */
function changed(now: string, before: string, set: (text: string) => void) {
  if (now !== before) set(now);
}

const getStyles = (theme: GrafanaTheme2) => ({
  sql: css({ margin: theme.spacing(0.5, 0, 0), fontSize: theme.typography.bodySmall.fontSize }),
});
