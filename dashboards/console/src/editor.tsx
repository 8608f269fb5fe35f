import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completeFromList, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { sql } from "@codemirror/lang-sql";
import { bracketMatching, syntaxHighlighting } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { useEffect, useRef } from "preact/hooks";
import type { View } from "./api";
import { dialect } from "./dialect";

interface Props {
  given: { text: string }; // replaces what is there, each time that a new one is given
  views: View[];
  mark?: { at: number; message: string };
  onChange: (text: string) => void;
  onRun: () => void;
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
  useEffect(() => view.current?.dispatch({ effects: names.current.reconfigure(completions(props.views)) }), [props.views]);
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
  return EditorState.create({
    doc: latest.current.given.text,
    extensions: [
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
      EditorView.contentAttributes.of({ "aria-label": "SQL" }),
      EditorView.updateListener.of((u) => u.docChanged && latest.current.onChange(u.state.doc.toString())),
      names.of(completions(latest.current.views)),
    ],
  });
}

/** completions knows the views, their columns behind a dot, and the columns of all views by themselves. */
function completions(views: View[]) {
  const schema = Object.fromEntries(views.map((v) => [v.view, v.columns.map((c) => ({ label: c.name, detail: c.type.toLowerCase() }))]));
  const columns = views.flatMap((v) => v.columns.map((c) => ({ label: c.name, type: "property", detail: v.view })));
  const unique = columns.filter((c, i) => columns.findIndex((o) => o.label === c.label) === i);
  return [
    sql({ dialect, schema, upperCaseKeywords: true }),
    dialect.language.data.of({ autocomplete: completeFromList(unique) }),
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
