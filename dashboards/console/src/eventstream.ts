// Server-Sent Events, read by fetch: EventSource cannot send a token.

export interface ServerEvent {
  event: string;
  data: string;
}

/** eventReader cuts a text, which comes in pieces, into events. What is not complete waits for the next piece. */
export function eventReader(onEvent: (e: ServerEvent) => void): (piece: string) => void {
  let rest = "";
  return (piece) => {
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const e = parse(block);
      if (e) onEvent(e);
    }
  };
}

/** parse reads one event; undefined for a comment, which only keeps the connection open. */
function parse(block: string): ServerEvent | undefined {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    const value = line.slice(at + 1).replace(/^ /, "");
    if (line.startsWith("event:")) event = value;
    if (line.startsWith("data:")) data.push(value);
  }
  return data.length > 0 || event !== "message" ? { event, data: data.join("\n") } : undefined;
}

/** readEvents reads an answer's events to its end. */
export async function readEvents(answer: Response, onEvent: (e: ServerEvent) => void) {
  const take = eventReader(onEvent);
  const pieces = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  for (let p = await pieces.read(); !p.done; p = await pieces.read()) take(p.value);
}
