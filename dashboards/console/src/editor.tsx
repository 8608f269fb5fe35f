import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completeFromList, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { sql } from "@codemirror/lang-sql";
import { bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { useEffect, useRef } from "preact/hooks";
import type { Column, Schema } from "./api";
import { dialect } from "./dialect";

interface Props {
  given: { text: string }; // replaces what is there, each time that a new one is given
  schema: Schema; // what can be completed
  label?: string;
  mark?: { at: number; message: string };
  onChange: (text: string) => void;
  onRun: () => void;
  onStop?: () => void; // what Esc does, while something runs
}

/** Editor is the SQL editor. Tab leaves it, as on any page; Enter takes a completion. */
export function Editor(props: Props) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const names = useRef(new Compartment());
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const made = new EditorView({ parent: box.current!, state: stateOf(latest, names.current) });
    view.current = made;
    made.focus();
    return () => made.destroy();
  }, []);
  useEffect(() => view.current?.dispatch({ effects: names.current.reconfigure(completions(props.schema)) }), [props.schema]);
  useEffect(() => replace(view.current!, props.given.text), [props.given]);
  useEffect(() => underline(view.current!, props.mark), [props.mark]);
  return <div ref={box} class="card editor" data-testid="sql-editor" />;
}

function stateOf(latest: { current: Props }, names: Compartment): EditorState {
  const run = (view: EditorView) => {
    closeCompletion(view);
    latest.current.onRun();
    return true;
  };
  const stop = () => {
    latest.current.onStop?.();
    return latest.current.onStop !== undefined;
  };
  return EditorState.create({
    doc: latest.current.given.text,
    extensions: [
      keymap.of([{ key: "Escape", run: stop }]),
      Prec.highest(keymap.of([{ key: "Mod-Enter", run }, { key: "Ctrl-Enter", run }])),
      keymap.of([{ key: "Enter", run: acceptCompletion }, ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
      lineNumbers(),
      history(),
      drawSelection(),
      bracketMatching(),
      closeBrackets(),
      autocompletion({ icons: false }),
      syntaxHighlighting(classHighlighter),
      placeholder("SELECT …"),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": latest.current.label ?? "SQL" }),
      EditorView.updateListener.of((u) => u.docChanged && latest.current.onChange(u.state.doc.toString())),
      names.of(completions(latest.current.schema)),
    ],
  });
}

/** completions knows the tables, their columns behind a dot, the columns of all by themselves, and functions. */
function completions({ tables, functions }: Schema) {
  const columnsOf = (columns: Column[]) => columns.map((c) => ({ label: c.name, detail: c.type.toLowerCase() }));
  const schema = Object.fromEntries(tables.map((t) => [t.schema === "main" ? t.name : `${t.schema}.${t.name}`, columnsOf(t.columns)]));
  const columns = tables.filter((t) => t.kind !== "system").flatMap((t) => t.columns.map((c) => ({ label: c.name, type: "property", detail: t.name })));
  const unique = columns.filter((c, i) => columns.findIndex((o) => o.label === c.label) === i);
  const callable = functions.filter((f) => /^\w+$/.test(f.name)).map((f) => ({ label: f.name, type: "function", detail: `(${(f.parameters ?? []).join(", ")})`, info: f.description, boost: -1 }));
  return [
    sql({ dialect, schema, upperCaseKeywords: true }),
    dialect.language.data.of({ autocomplete: completeFromList([...unique, ...callable]) }),
  ];
}

function replace(view: EditorView, text: string) {
  if (view.state.doc.toString() === text) return;
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: text.length } });
}

/** underline marks the word where a statement went wrong. */
function underline(view: EditorView, mark: Props["mark"]) {
  const length = view.state.doc.length;
  if (!mark || length === 0) {
    view.dispatch(setDiagnostics(view.state, []));
    return;
  }
  const from = Math.min(mark.at, length - 1);
  const word = /^\w+/.exec(view.state.doc.sliceString(from, length));
  const to = Math.min(from + (word ? word[0].length : 1), length);
  view.dispatch(setDiagnostics(view.state, [{ from, to, severity: "error", message: mark.message }]));
}
