import { useEffect, useState } from "preact/hooks";
import { runSQL, type Query, type Row } from "./api";
import { count } from "./format";
import { State } from "./overview";
import { viewPath } from "./route";

/** How every instance stands: what is active first, then what has resolved last. */
const latestSQL = `SELECT alert, instance, state, since, "at", severity, summary, labels
FROM weir.alerts WHERE latest ORDER BY active DESC, "at" DESC NULLS LAST, alert, instance`;

const MOST = 50;

/** AlertList shows the alerts, and how their instances stand. It is renewed with each commit. */
export function AlertList({ alerts, epoch }: { alerts: Query[]; epoch: number }) {
  const [rows, setRows] = useState<Row[] | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    const left = new AbortController();
    runSQL(latestSQL, MOST, left.signal)
      .then((r) => {
        setRows(r.rows);
        setError("");
      })
      .catch((e: Error) => left.signal.aborted || setError(e.message));
    return () => left.abort();
  }, [epoch, alerts.length]);
  return (
    <>
      <h1>Alerts</h1>
      <p class="dim" data-testid="alerts">
        {alerts.map((q, i) => (
          <>
            {i > 0 && ", "}
            <a href={viewPath(q.view)}>{q.view}</a> {standing(q)}
          </>
        ))}
      </p>
      {error && <p class="error-text">{error}</p>}
      {rows?.length === 0 && <p class="empty">Nothing has fired yet.</p>}
      {rows && rows.length > 0 && <Instances rows={rows} />}
    </>
  );
}

/** standing is how many instances an alert has: 2 firing. */
function standing(q: Query): string {
  if (q.state === "paused" || q.state === "failed") return q.state;
  const parts = q.stages?.find((s) => s.name === "alert")?.held?.parts ?? [];
  const some = parts.filter((p) => p.count > 0).map((p) => `${count(p.count)} ${p.name}`);
  return some.join(" and ") || "quiet";
}

function Instances({ rows }: { rows: Row[] }) {
  return (
    <div class="scroll card" tabIndex={0} role="region" aria-label="Instances of alerts">
      <table>
        <thead>
          <tr>
            <th>Alert</th>
            <th>State</th>
            <th>Since (UTC)</th>
            <th>At (UTC)</th>
            <th>Severity</th>
            <th>Summary</th>
            <th>Labels</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([alert, instance, state, since, at, severity, summary, labels]) => (
            <tr key={`${alert} ${instance}`} data-testid="alert-row">
              <td>{String(alert)}</td>
              <td>
                <State state={String(state)} />
              </td>
              <td class="mono">{time(since)}</td>
              <td class="mono">{time(at)}</td>
              <td>{String(severity)}</td>
              <td>{String(summary) || String(instance)}</td>
              <td class="dim">{labelText(labels)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const time = (value: unknown) => (typeof value === "string" ? value.replace("T", " ").slice(0, 19) : "");

function labelText(labels: unknown): string {
  if (!Array.isArray(labels)) return "";
  return labels.map((l: { key: string; value: string }) => `${l.key}=${l.value}`).join(", ");
}
