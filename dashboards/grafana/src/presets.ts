import { findTable, tableName, type Schema, type Table } from "./schema";
import { identifier, relation } from "./sql/quote";

/** Preset is a statement whose rows are annotations: time, text, and tags with commas between them. */
export interface Preset {
  name: string;
  about: string;
  sql: string;
}

const late: Preset = {
  name: "Late rows",
  about: "Minutes in which rows came after their window had closed",
  sql: `SELECT time_bucket(INTERVAL '1 minute', event_time) AS time, count(*) || ' late rows in ' || view AS text, 'late,' || view AS tags
FROM weir.late_rows
WHERE $__timeFilter(event_time)
GROUP BY time, view
ORDER BY time`,
};

const dead: Preset = {
  name: "Dead letters",
  about: "Minutes in which records came that could not be used",
  sql: `SELECT time_bucket(INTERVAL '1 minute', "at") AS time, count(*) || ' dead letters of ' || source || ': ' || any_value(reason) AS text, 'dead letter,' || source AS tags
FROM weir.dead_letters
WHERE $__timeFilter("at")
GROUP BY time, source
ORDER BY time`,
};

const events: Preset = {
  name: "Restarts and failures",
  about: "Starts and stops of Weir, and what has failed, was paused or has recovered",
  sql: `SELECT "at" AS time, trim(kind || ' ' || object) AS title, message AS text, kind AS tags
FROM weir.events
WHERE $__timeFilter("at")
ORDER BY time`,
};

const alerts: Preset = {
  name: "Alerts",
  about: "From when instances of alerts fired until they resolved",
  sql: `SELECT min("at") FILTER (state = 'firing') AS time, min("at") FILTER (state = 'resolved') AS "timeEnd", alert AS title, any_value(summary) AS text,
  'alert,' || alert || ',' || any_value(severity) AS tags
FROM weir.alerts
WHERE $__timeFilter("at")
GROUP BY id, alert
HAVING bool_or(state = 'firing')
ORDER BY time`,
};

const definitions: Preset = {
  name: "Definitions",
  about: "When sources, views and sinks were created or replaced",
  sql: `SELECT created AS time, kind || ' ' || name || ' created' AS text, 'definition,' || name AS tags
FROM weir.catalog
WHERE $__timeFilter(created)
ORDER BY time`,
};

/** presets are what a Weir with this schema can annotate: anomalies where a view has a column is_anomaly or anomaly. */
export function presets(schema: Schema): Preset[] {
  const kept = [alerts, events].filter((p) => findTable(schema, p === alerts ? "weir.alerts" : "weir.events"));
  return [...schema.tables.flatMap(anomalies), late, dead, ...kept, definitions];
}

/** firstPreset is what a new annotation asks: it works in every Weir. */
export const firstPreset = late;

function anomalies(t: Table): Preset[] {
  const flag = t.columns.find((c) => c.type === "BOOLEAN" && /^(is_)?anomaly$/i.test(c.name));
  if (!flag || !t.time) return [];
  const name = tableName(t);
  const keys = (t.keys ?? []).filter((k) => k !== t.time).map((k) => ` || ', ' || ${identifier(k)}`);
  const time = identifier(t.time);
  const sql = `SELECT ${time} AS time, 'anomaly in ${name.replaceAll("'", "''")}'${keys.join("")} AS text, 'anomaly' AS tags
FROM ${relation(name)}
WHERE $__timeFilter(${time}) AND ${identifier(flag.name)}
ORDER BY time`;
  return [{ name: `Anomalies of ${name}`, about: `Rows of ${name} whose ${flag.name} is true`, sql }];
}
