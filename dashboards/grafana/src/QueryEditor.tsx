import type { QueryEditorProps } from "@grafana/data";
import { Button, RadioButtonGroup, Stack } from "@grafana/ui";
import * as React from "react";
import { build } from "./builder/build";
import { BuilderMode } from "./builder/BuilderMode";
import { CodeMode } from "./code/CodeMode";
import type { WeirDataSource } from "./datasource";
import { FormatSelect } from "./FormatSelect";
import { LiveSwitch } from "./LiveSwitch";
import { Format, type Built, type WeirQuery } from "./query";
import type { WeirSettings } from "./settings";
import { useSchema } from "./useSchema";

type Props = QueryEditorProps<WeirDataSource, WeirQuery, WeirSettings>;

const modes = [
  { label: "Builder", value: "builder" as const },
  { label: "Code", value: "code" as const },
];

/** QueryEditor edits a query of a panel, of Explore or of an alert rule. What it is given it never changes: alert rules freeze it. */
export function QueryEditor({ query, datasource, range, onChange, onRunQuery }: Props) {
  const schema = useSchema(datasource);
  const { rawSql = "", format = Format.TimeSeries, builder = { view: "" } } = query;
  const mode = query.editorMode ?? (rawSql ? "code" : "builder");
  const change = (part: Partial<WeirQuery>) => onChange({ ...query, rawSql, format, editorMode: mode, ...part });
  const changeAndRun = (part: Partial<WeirQuery>) => {
    change(part);
    onRunQuery();
  };
  const reformat = (f: Format) => changeAndRun(mode === "builder" ? { format: f, rawSql: build(builder, f) } : { format: f });
  const rebuild = (b: Built) => changeAndRun({ builder: b, rawSql: build(b, format) });
  return (
    <Stack direction="column" gap={1}>
      <Stack direction="row" gap={2} alignItems="center" wrap="wrap">
        <RadioButtonGroup aria-label="Editor" size="sm" options={modes} value={mode} onChange={(m) => change({ editorMode: m })} />
        <FormatSelect value={format} onChange={reformat} />
        <LiveSwitch query={query} schema={schema} choosesView={mode === "code"} onChange={changeAndRun} />
        <Button size="sm" variant="secondary" icon="play" onClick={onRunQuery}>
          Run query
        </Button>
      </Stack>
      {mode === "code" ? (
        <CodeMode sql={rawSql} datasource={datasource} range={range} onChange={(sql) => change({ rawSql: sql })} onRun={(sql) => changeAndRun({ rawSql: sql })} />
      ) : (
        <BuilderMode built={builder} sql={rawSql} format={format} schema={schema} onChange={rebuild} />
      )}
    </Stack>
  );
}
