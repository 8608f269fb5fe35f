import { expect, test } from "vitest";
import { eventReader, readEvents, type ServerEvent } from "./eventstream";

const stream = ': hello\n\nevent: schema\ndata: {"columns":[]}\n\nevent: changes\nid: 7\ndata: {"epoch":7,\ndata: "rows":[]}\n\nevent: end\ndata:\n\nevent: half';
const want: ServerEvent[] = [
  { event: "schema", data: '{"columns":[]}' },
  { event: "changes", data: '{"epoch":7,\n"rows":[]}' },
  { event: "end", data: "" },
];

test("however the pieces are cut, the events are the same", () => {
  for (let size = 1; size <= stream.length; size++) {
    const got: ServerEvent[] = [];
    const take = eventReader((e) => got.push(e));
    for (let at = 0; at < stream.length; at += size) take(stream.slice(at, at + size));
    expect(got).toEqual(want);
  }
});

test("an answer is read to its end", async () => {
  const got: ServerEvent[] = [];
  await readEvents(new Response(stream), (e) => got.push(e));
  expect(got).toEqual(want);
});
