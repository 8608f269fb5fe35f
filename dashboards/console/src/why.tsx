import { useEffect, useState } from "preact/hooks";
import { getWhy, type Why, type WhyPartition, type WhySource, type WhyStage } from "./api";
import { count, span } from "./format";
import { State } from "./overview";

/** EVERY is how often the page asks why, in milliseconds. */
const EVERY = 2000;

/** WhySummary says in a sentence why the view's windows are still open. */
export function WhySummary({ why }: { why: Why }) {
  return (
    <p class="summary" data-testid="why-summary">
      {why.summary}
    </p>
  );
}

/** WhyDetails is what the sentence rests on: windows, partitions, back-pressure. */
export function WhyDetails({ why }: { why: Why }) {
  return (
    <details class="why" data-testid="why">
      <summary>Why: windows, partitions, back-pressure</summary>
      {why.stages.map((s, i) => (
        <Stage key={i} index={i} stage={s} />
      ))}
      {why.sources.map((s) => (
        <Partitions key={s.name} source={s} at={why.at} />
      ))}
      <Pressure why={why} />
    </details>
  );
}

/** useWhy asks why again and again; null before the first answer. */
export function useWhy(view: string): Why | null {
  const [why, setWhy] = useState<Why | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let stopped = false;
    const ask = async () => {
      try {
        const answer = await getWhy(view);
        if (!stopped) setWhy(answer);
      } catch {
        // the page says elsewhere that the server does not answer
      }
      if (!stopped) timer = setTimeout(ask, EVERY);
    };
    void ask();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [view]);
  return why;
}

const eventTime = (t: string | null) => (t === null ? "none" : t.replace("T", " "));

/** ago says how long before the answer a moment of the wall clock was. */
const ago = (t: string | null, at: string) => (t === null ? "" : span(Date.parse(at) - Date.parse(t)));

function Stage({ index, stage }: { index: number; stage: WhyStage }) {
  const more = stage.open - stage.first.length;
  return (
    <div class="stage">
      <b>
        stage {index}, {stage.name}
      </b>{" "}
      {stage.unit && (
        <span>
          {stage.open > 0 && `${count(stage.open)} ${stage.kind}s open, `}
          {count(stage.held)} {stage.unit}
        </span>
      )}{" "}
      <span class="dim">{count(stage.waiting)} rows wait before it</span>
      {stage.kind !== "row" && stage.first.length > 0 && (
        <table>
          <tbody>
            {stage.first.map((w) => (
              <tr key={`${w.start} ${w.end}`} data-testid="why-window">
                <td>{w.start === null ? "…" : eventTime(w.start)}</td>
                <td>{eventTime(w.end)}</td>
                <td class="n">
                  {count(w.count)} {stage.unit}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {stage.kind !== "row" && more > 0 && <span class="dim">and {count(more)} more</span>}
    </div>
  );
}

function Partitions({ source, at }: { source: WhySource; at: string }) {
  if (source.table || source.partitions.length === 0) return null;
  return (
    <div class="scroll partitions" tabIndex={0} role="region" aria-label={`Partitions of ${source.name}`}>
      <table>
        <thead>
          <tr>
            <th>Partition of {source.name}</th>
            <th>State</th>
            <th>Watermark (UTC)</th>
            <th>For</th>
            <th>Heard before</th>
            <th class="n">Waiting</th>
            <th>Idle in</th>
          </tr>
        </thead>
        <tbody>
          {source.partitions.map((p) => (
            <PartitionRow key={p.partition} p={p} at={at} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function PartitionRow({ p, at }: { p: WhyPartition; at: string }) {
  return (
    <tr class={p.holds ? "warn" : ""} data-testid={p.holds ? "why-holder" : undefined}>
      <td>
        {p.partition}
        {p.holds && " holds the watermark"}
      </td>
      <td>
        <State state={p.state} />
      </td>
      <td>{eventTime(p.watermark)}</td>
      <td>{ago(p.watermark_since, at)}</td>
      <td>{ago(p.heard, at)}</td>
      <td class="n">{p.waiting === null ? "–" : count(p.waiting)}</td>
      <td>{p.idle_in_s === null ? "" : span(p.idle_in_s * 1000)}</td>
    </tr>
  );
}

function Pressure({ why }: { why: Why }) {
  const share = (x: number) => `${(100 * x).toFixed(1)} %`;
  return (
    <p class="dim note">
      {why.sources.map((s) => `the reader of ${s.name} waits for the engine ${share(s.blocked_share)} of the time; `)}
      commits take {share(why.commit_share)} of the time
    </p>
  );
}
