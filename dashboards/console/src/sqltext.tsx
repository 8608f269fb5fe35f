import { highlightCode, classHighlighter } from "@lezer/highlight";
import type { ComponentChildren } from "preact";
import { dialect } from "./dialect";

/** SQLText shows a statement in colours. */
export function SQLText({ sql }: { sql: string }) {
  const parts: ComponentChildren[] = [];
  const put = (text: string, classes: string) => parts.push(classes ? <span class={classes}>{text}</span> : text);
  highlightCode(sql, dialect.language.parser.parse(sql), classHighlighter, put, () => parts.push("\n"));
  return <pre class="card sql-text" tabIndex={0} aria-label="Query">{parts}</pre>;
}
