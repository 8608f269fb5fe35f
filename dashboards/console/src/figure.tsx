import { useMemo } from "preact/hooks";
import type { Column, Row } from "./api";
import { Bars } from "./bars";
import { kinds, NONE, NOW, xChoices, type Choice, type PlotKind } from "./choice";
import { isNumeric } from "./columns";
import { Plot } from "./plot";
import { MAX_LINES, type Rows, type Trace } from "./series";
import { sharedUnit, unitWord } from "./unit";

interface Props {
  columns: Column[];
  choice: Choice;
  choose: (c: Choice) => void;
  rows: Rows | null; // over the column that is chosen for x; null while it is read
  version: number; // grows with each change of rows or trace
  table: Row[] | null; // for bars
  trace?: Trace; // for what has changed since the page was opened
  empty: string; // why there may be nothing to draw
}

/** Figure is a plot with the choices of what it shows. */
export function Figure(props: Props) {
  return (
    <section class="card" aria-label="Plot" data-testid="figure">
      <Choices {...props} />
      <Chart {...props} />
    </section>
  );
}

/** Choices lets the reader say what is plotted. */
function Choices({ columns, choice, choose, trace }: Props) {
  const measures = columns.map((_, i) => i).filter((i) => isNumeric(columns[i]));
  const labels = columns.map((_, i) => i).filter((i) => columns[i].name !== choice.x);
  const words: Record<string, string> = { [NOW]: "now, as it changes", [NONE]: "each row" };
  const flip = (list: number[], i: number) => (list.includes(i) ? list.filter((o) => o !== i) : [...list, i]);
  return (
    <div class="choices">
      <label>
        Along{" "}
        <select data-testid="choice-x" value={choice.x} onChange={(e) => choose({ ...choice, x: e.currentTarget.value })}>
          {xChoices(columns)
            .filter((x) => x !== NOW || trace)
            .map((x) => (
              <option key={x} value={x}>
                {words[x] ?? x}
              </option>
            ))}
        </select>
      </label>
      <Several name="Measures" testid="choice-y" columns={columns} list={measures} chosen={choice.y} flip={(i) => {
        const next = flip(choice.y, i);
        if (next.length > 0) choose({ ...choice, y: next });
      }} />
      <Several name="A line for each" testid="choice-by" columns={columns} list={labels} chosen={choice.by} flip={(i) => choose({ ...choice, by: flip(choice.by, i) })} />
      {choice.x !== NONE && (
        <label>
          As{" "}
          <select data-testid="choice-kind" value={choice.kind} onChange={(e) => choose({ ...choice, kind: e.currentTarget.value as PlotKind })}>
            {kinds.map((k) => (
              <option key={k} value={k}>
                {k === "area" ? "stacked area" : k}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

interface SeveralProps {
  name: string;
  testid: string;
  columns: Column[];
  list: number[];
  chosen: number[];
  flip: (i: number) => void;
}

/** Several lets the reader choose any number of columns. */
function Several({ name, testid, columns, list, chosen, flip }: SeveralProps) {
  return (
    <details class="several" data-testid={testid}>
      <summary>
        {name} <b>{chosen.map((i) => columns[i].name).join(", ") || "none"}</b>
      </summary>
      <fieldset>
        <legend class="hidden">{name}</legend>
        {list.map((i) => (
          <label key={i} title={columns[i].comment}>
            <input type="checkbox" data-column={columns[i].name} checked={chosen.includes(i)} onChange={() => flip(i)} /> {columns[i].name}
          </label>
        ))}
      </fieldset>
    </details>
  );
}

function Chart({ columns, choice, rows, version, table, trace, empty }: Props) {
  const names = choice.y.map((i) => columns[i].name);
  const moves = choice.x === NOW ? trace : rows;
  const lines = useMemo(() => moves?.lines(choice.y, choice.by, names), [moves, version, JSON.stringify(choice)]);
  if (choice.y.length === 0) return <p class="dim">No column is a number: there is nothing to measure.</p>;
  const label = names.join(", ");
  const measures = choice.y.map((i) => columns[i]);
  if (choice.x === NONE) return table && <Bars rows={table} keys={choice.by} measure={choice.y[0]} label={names[0]} unit={measures[0].unit} />;
  const unit = sharedUnit(measures);
  const told = measures.map((m) => (m.comment ? `${m.name} (${m.comment})` : m.name)).join(", ");
  if (!lines) return <div class="plot empty">Reading the history …</div>;
  return (
    <>
      {lines.points === 0 && <p class="dim">{empty}</p>}
      <Plot lines={lines} label={lines.summed ? `sum of ${label}` : label} kind={choice.kind} unit={unit} />
      <p class="dim note" data-testid="plot-note">
        {lines.summed ? `Sum of ${told}` : told}{unitWord(unit) && `, in ${unitWord(unit)},`} by {choice.x === NOW ? "this page's clock" : choice.x}
        {lines.names.length === MAX_LINES && `; the ${MAX_LINES} greatest lines`}
      </p>
    </>
  );
}
