import { InlineField, InlineSwitch } from "@grafana/ui";
import * as React from "react";
import { Choice } from "./choice/Choice";
import type { WeirQuery } from "./query";
import { tableName, type Schema } from "./schema";
import { mentions } from "./sql/names";

interface Props {
  query: WeirQuery;
  schema: Schema;
  choosesView: boolean; // a field for the view beside the switch, where there is no builder that has one
  onChange(part: Partial<WeirQuery>): void;
}

/** LiveSwitch has a query follow a view: its rows come as commits make them, with no refresh. */
export function LiveSwitch({ query, schema, choosesView, onChange }: Props) {
  const id = React.useId();
  const views = schema.tables.filter((t) => t.kind === "view").map(tableName);
  const follow = (view: string) => onChange({ live: true, builder: choosesView ? { view } : { ...query.builder, view } });
  const toggle = (on: boolean) => (on ? follow(query.builder?.view || firstView(query, views)) : onChange({ live: false }));
  return (
    <>
      <InlineField label="Live" tooltip="Follow the view: all its columns, as each commit changes them">
        <InlineSwitch id={id} value={!!query.live} onChange={(e) => toggle(e.currentTarget.checked)} />
      </InlineField>
      {query.live && choosesView && (
        <InlineField label="Live view" invalid={!query.builder?.view} error="Choose the view to follow">
          <Choice id={`${id}view`} width={24} options={views.map((v) => ({ value: v }))} value={query.builder?.view || null} onChange={follow} />
        </InlineField>
      )}
    </>
  );
}

/** firstView is the first view that the statement reads. */
function firstView(query: WeirQuery, views: string[]): string {
  const read = mentions(query.rawSql ?? "").map((m) => m.table);
  return views.find((v) => read.includes(v)) ?? "";
}
