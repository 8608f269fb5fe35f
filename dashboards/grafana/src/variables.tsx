import { CustomVariableSupport, type DataQueryRequest, type DataQueryResponse, type QueryEditorProps } from "@grafana/data";
import { Text, Stack } from "@grafana/ui";
import * as React from "react";
import { map, type Observable } from "rxjs";
import { CodeMode } from "./code/CodeMode";
import type { WeirDataSource } from "./datasource";
import { options } from "./options";
import { Format, type WeirQuery } from "./query";
import type { WeirSettings } from "./settings";

/** WeirVariables lets a dashboard's variables be the rows of a query. */
export class WeirVariables extends CustomVariableSupport<WeirDataSource, WeirQuery, WeirQuery, WeirSettings> {
  editor = VariableEditor;

  constructor(private readonly datasource: WeirDataSource) {
    super();
  }

  getDefaultQuery(): Partial<WeirQuery> {
    return { rawSql: "", format: Format.Table, editorMode: "code" };
  }

  query(request: DataQueryRequest<WeirQuery>): Observable<DataQueryResponse> {
    const targets = request.targets
      .map((q) => ({ ...q, refId: q.refId || "variable", format: Format.Table, live: false }))
      .filter((q) => this.datasource.filterQuery(q));
    return this.datasource.query({ ...request, targets }).pipe(map((answer) => ({ ...answer, data: options(answer.data) })));
  }
}

type Props = QueryEditorProps<WeirDataSource, WeirQuery, WeirSettings>;

function VariableEditor({ query, datasource, range, onChange, onRunQuery }: Props) {
  const change = (rawSql: string) => onChange({ ...query, rawSql, format: Format.Table, editorMode: "code" });
  const run = (rawSql: string) => {
    change(rawSql);
    onRunQuery();
  };
  return (
    <Stack direction="column" gap={1}>
      <CodeMode sql={query.rawSql ?? ""} datasource={datasource} range={range} onChange={change} onRun={run} label="Variable query" />
      <Text color="secondary" variant="bodySmall">
        The first column is the values, or columns called value and text.
      </Text>
    </Stack>
  );
}
