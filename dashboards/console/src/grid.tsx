import { memo } from "./memo";
import type { Column, Row } from "./api";
import { isNumeric } from "./columns";
import { plain } from "./format";
import { unitWord } from "./unit";

const SHOWN = 1000;

interface Props {
  columns: Column[];
  rows: Row[];
  testid: string;
  label: string;
}

/** Grid shows a result. */
export const Grid = memo(function Grid({ columns, rows, testid, label }: Props) {
  const numeric = columns.map(isNumeric);
  return (
    <>
      <div class="scroll card grid" tabIndex={0} role="region" aria-label={label} data-testid={testid} data-rows={rows.length}>
        <table>
          <thead>
            <tr>
              {columns.map((c, i) => (
                <th key={i} class={numeric[i] ? "n" : ""} title={c.comment}>
                  {c.name} <span class="type">{c.type.replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ").toLowerCase()}{unitWord(c.unit) && `, ${unitWord(c.unit)}`}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, SHOWN).map((row, r) => (
              <tr key={r}>
                {row.map((v, i) => (
                  <td key={i} class={`${numeric[i] ? "n" : ""} ${v === null ? "null" : ""}`}>
                    {plain(v, columns[i].type)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <p class="empty">No rows.</p>}
      </div>
      {rows.length > SHOWN && <p class="dim">The first {SHOWN.toLocaleString("en-US")} rows are shown; the CSV has all.</p>}
    </>
  );
});
