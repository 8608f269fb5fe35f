import { useEffect, useRef, useState } from "preact/hooks";
import { BOX, graphOf, said, type Flow, type Graph, type Part } from "./graph";
import type { Sample } from "./rates";

const NARROW = 700; // px of the page's width under which the graph goes from top to bottom

/** QueryGraph draws where a view's rows come from and go to. A part that is chosen tells all that is known of it. */
export function QueryGraph({ view, samples, holder }: { view: string; samples: Sample[]; holder?: string }) {
  const box = useRef<HTMLDivElement>(null);
  const [down, setDown] = useState(innerWidth < NARROW);
  const [chosen, setChosen] = useState("view");
  useEffect(() => {
    const resized = new ResizeObserver(() => setDown(innerWidth < NARROW));
    resized.observe(box.current!);
    return () => resized.disconnect();
  }, []);
  const graph = graphOf(samples, view, down);
  const part = graph?.parts.find((p) => p.id === chosen) ?? graph?.parts.find((p) => p.id === "view");
  return (
    <div ref={box} class="graph" data-testid="graph">
      {graph ? <Picture graph={graph} chosen={part!.id} choose={setChosen} down={down} holder={holder} view={view} /> : <p class="empty">Loading …</p>}
      {part && <Facts part={part} />}
    </div>
  );
}

interface PictureProps {
  graph: Graph;
  chosen: string;
  choose: (id: string) => void;
  down: boolean;
  holder?: string;
  view: string;
}

function Picture({ graph, chosen, choose, down, holder, view }: PictureProps) {
  const svg = useRef<SVGSVGElement>(null);
  const step = (from: string, by: number) => {
    const order = [...graph.parts].sort((a, b) => a.level - b.level);
    const to = order[order.findIndex((p) => p.id === from) + by];
    if (!to) return;
    choose(to.id);
    svg.current!.querySelector<SVGGElement>(`[data-part="${CSS.escape(to.id)}"]`)?.focus();
  };
  return (
    <div class="scroll">
      <svg ref={svg} class={down ? "down" : ""} viewBox={`0 0 ${graph.width} ${graph.height}`} width={graph.width} height={graph.height} role="group" aria-label={`Graph of ${view}`}>
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">
            <path d="M0,0 L8,4 L0,8 z" class="arrow" />
          </marker>
        </defs>
        {graph.flows.map((f) => (
          <Edge key={`${f.from} ${f.to}`} f={f} down={down} />
        ))}
        {graph.parts.map((p) => (
          <Box key={p.id} p={p} chosen={p.id === chosen} holds={p.id === `source ${holder}`} choose={choose} step={step} />
        ))}
      </svg>
    </div>
  );
}

function Edge({ f, down }: { f: Flow; down: boolean }) {
  const anchor = down ? "start" : "middle";
  return (
    <g class={f.pressed ? "flow pressed" : "flow"} data-testid="flow" data-from={f.from} data-to={f.to}>
      <path d={f.path} marker-end="url(#arrow)" class={f.rate ? "moving" : ""} />
      <text x={f.x} y={f.y - 6} text-anchor={anchor}>
        {f.label}
      </text>
      <text x={f.x} y={f.y + 14} text-anchor={anchor} class={f.pressed ? "" : "dim"}>
        {f.pressed ? "backpressured" : f.note}
      </text>
    </g>
  );
}

interface BoxProps {
  p: Part;
  chosen: boolean;
  holds: boolean;
  choose: (id: string) => void;
  step: (from: string, by: number) => void;
}

/** Box is a part: a button that shows what is known of it. The arrows go to the part before and behind. */
function Box({ p, chosen, holds, choose, step }: BoxProps) {
  const [name, ...lines] = [short(p.name, 17), ...p.lines.map((l) => short(l, 25))];
  const pressed = (e: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
    if (by !== undefined) step(p.id, by);
    else if (e.key === "Enter" || e.key === " ") choose(p.id);
    else return;
    e.preventDefault();
  };
  return (
    <g
      class={`part ${p.kind} ${p.state}${chosen ? " chosen" : ""}${holds ? " holds" : ""}`}
      data-testid="part"
      data-part={p.id}
      tabindex={0}
      role="button"
      aria-pressed={chosen}
      transform={`translate(${p.x},${p.y})`}
      onClick={() => choose(p.id)}
      onKeyDown={pressed}
    >
      <desc>{said(p) + (holds ? ". It holds the watermark back" : "")}</desc>
      <rect width={BOX.width} height={BOX.height} rx="8" />
      <circle cx="14" cy="17" r="4" />
      <text x="25" y="21" class="name">
        {name}{" "}
      </text>
      {lines.map((l, i) => (
        <text key={i} x="12" y={39 + 16 * i} class="dim">
          {l}{" "}
        </text>
      ))}
    </g>
  );
}

const short = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

function Facts({ part }: { part: Part }) {
  return (
    <div class="part-facts" data-testid="part-facts" aria-live="off">
      <b>
        {part.kind} {part.name}
      </b>
      <dl>
        {part.facts.map((f) => (
          <div key={f.name}>
            <dt>{f.name}</dt>
            <dd class={f.bad ? "warn" : ""}>{f.value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
