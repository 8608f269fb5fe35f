import { useMemo } from "preact/hooks";
import { hand, type Drawn, type Result } from "./api";
import { drawnAs, isLive, shapeOfPanel, type Panel } from "./board";
import { plain } from "./format";
import { Plot } from "./plot";
import { Rows } from "./series";
import { SQLText } from "./sqltext";

interface Props {
  drawn: Drawn;
  result: Pick<Result, "columns" | "rows"> | null; // rows to draw the panels with, if there are any yet
}

/** BoardCard shows the Grafana dashboard that is generated for a view: its panels, what they ask, and the file. */
export function BoardCard({ drawn, result }: Props) {
  const panels = drawn.board.panels.filter((p) => p.type !== "row");
  return (
    <section aria-label="Grafana dashboard" data-testid="board" data-panels={panels.length}>
      <h2>Grafana dashboard</h2>
      <p class="dim">
        What `weir dashboard` makes of this view. {result ? "" : "Preview draws its lines and numbers. "}
        <button class="link" data-testid="board-save" onClick={() => saveBoard(drawn)}>
          Download {drawn.board.uid}.json
        </button>
      </p>
      {panels.map((p) => (
        <PanelCard key={p.id} panel={p} result={result} />
      ))}
    </section>
  );
}

/** saveBoard hands a dashboard to the browser as the file that `weir dashboard` writes. */
export const saveBoard = (d: Drawn) => hand(new Blob([d.text], { type: "application/json" }), `${d.board.uid}.json`);

function PanelCard({ panel, result }: { panel: Panel; result: Props["result"] }) {
  return (
    <div class="card panel" data-testid="board-panel" data-type={panel.type}>
      <h3>
        {panel.title} <span class="type">{drawnAs(panel)}{isLive(panel) && ", live"}</span>
      </h3>
      {result && result.rows.length > 0 && <Picture panel={panel} result={result} />}
      <details>
        <summary>Query</summary>
        {panel.targets?.map((t, i) => <SQLText key={i} sql={t.rawSql} />)}
      </details>
    </div>
  );
}

/** Picture draws a panel with rows; those of a table stand in the preview already. */
function Picture({ panel, result }: { panel: Panel; result: NonNullable<Props["result"]> }) {
  const lines = useMemo(() => linesOf(panel, result), [panel, result]);
  if (lines) return <Plot lines={lines} label={panel.title} />;
  if (panel.type !== "stat") return null;
  const last = result.rows[result.rows.length - 1];
  return (
    <dl class="tiles">
      {result.columns.map((c, i) => (
        <div class="tile" key={c.name}>
          <dt>{c.name}</dt>
          <dd>{plain(last[i], c.type)}</dd>
        </div>
      ))}
    </dl>
  );
}

function linesOf(panel: Panel, result: NonNullable<Props["result"]>) {
  const shape = shapeOfPanel(panel, result.columns);
  if (!shape || shape.time < 0) return null;
  const rows = new Rows(shape);
  rows.load(result.rows);
  const names = shape.measures.map((i) => result.columns[i].name);
  return rows.lines(shape.measures, shape.keys, names);
}
