import type { QueryEditorProps } from "@grafana/data";
import { InlineField, Stack } from "@grafana/ui";
import * as React from "react";
import { Choice } from "./choice/Choice";
import { CodeMode } from "./code/CodeMode";
import type { WeirDataSource } from "./datasource";
import { firstPreset, presets } from "./presets";
import { Format, type WeirQuery } from "./query";
import type { WeirSettings } from "./settings";
import { useSchema } from "./useSchema";

type Props = QueryEditorProps<WeirDataSource, WeirQuery, WeirSettings>;

/** AnnotationEditor edits an annotation's statement, which may begin as one of the presets. */
export function AnnotationEditor({ query, datasource, range, onChange, onRunQuery }: Props) {
  const id = React.useId();
  const all = presets(useSchema(datasource));
  const sql = query.rawSql ?? firstPreset.sql;
  const change = (rawSql: string) => onChange({ ...query, rawSql, format: Format.Table, editorMode: "code" });
  const runOnceThere = useRunOf(query.rawSql, onRunQuery);
  const run = (rawSql: string) => {
    change(rawSql);
    runOnceThere(rawSql);
  };
  return (
    <Stack direction="column" gap={1}>
      <InlineField label="Begin with" labelWidth={14} tooltip="A statement that you can change below">
        <Choice
          id={id}
          width={40}
          placeholder="Choose…"
          options={all.map((p) => ({ value: p.name, label: p.name, description: p.about }))}
          value={all.find((p) => p.sql === sql)?.name ?? null}
          onChange={(name) => run(all.find((p) => p.name === name)!.sql)}
        />
      </InlineField>
      <CodeMode sql={sql} datasource={datasource} range={range} onChange={change} onRun={run} label="Annotation query" />
    </Stack>
  );
}

/** useRunOf runs a statement once it is the annotation's: Grafana's editor of annotations would run the one that was there before. */
function useRunOf(sql: string | undefined, onRunQuery: () => void): (sql: string) => void {
  const [wanted, setWanted] = React.useState<string>();
  React.useEffect(() => {
    if (wanted === undefined || wanted !== sql) return;
    setWanted(undefined);
    onRunQuery();
  }, [wanted, sql, onRunQuery]);
  return setWanted;
}
