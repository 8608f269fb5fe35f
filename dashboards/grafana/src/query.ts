import type { DataQuery } from "@grafana/schema";

/** Format is the shape in which rows come back; the numbers are those of Grafana's other SQL data sources. */
export enum Format {
  TimeSeries = 0,
  Table = 1,
  Logs = 2,
}

/** aggregates are what a measure can be; "" takes the column's values as they are. */
export const aggregates = ["", "sum", "avg", "min", "max", "count", "last"] as const;
export type Aggregate = (typeof aggregates)[number];

/** Measure is a column that is shown, or a count of rows if it has none. */
export interface Measure {
  column?: string;
  aggregate?: Aggregate;
}

/** Built is what the builder's fields hold. view is "name", or "schema.name" outside of main; step is as "5m", or "auto". */
export interface Built {
  view: string;
  time?: string;
  groups?: string[];
  measures?: Measure[];
  where?: string;
  step?: string;
  limit?: number;
  whole?: boolean; // live only where the whole time range can be shown: generated dashboards ask for that
}

/** AdHocFilter is a condition that a dashboard puts on all its queries. */
export interface AdHocFilter {
  key: string;
  operator: string;
  value: string;
  values?: string[];
}

/** WeirQuery is what panels, alert rules, annotations and variables keep. The back end runs rawSql, or follows builder.view if live. */
export interface WeirQuery extends DataQuery {
  rawSql: string;
  format: Format;
  editorMode?: "code" | "builder";
  builder?: Built;
  live?: boolean;
  adhocFilters?: AdHocFilter[];
}
