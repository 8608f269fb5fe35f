import type { Monaco, MonacoEditor, monacoTypes } from "@grafana/ui";
import type { Schema } from "../schema";
import { suggest, type Suggestion } from "./completion";
import { marker, type Validity } from "./validity";

/** Services are what an editor needs of the data source. told hears of each validity, undefined if there is none. */
export interface Services {
  run(sql: string): void;
  schema(): Promise<Schema>;
  validate(sql: string): Promise<Validity | undefined>;
  told(validity: Validity | undefined): void;
}

const pause = 400; // ms without a key before a text is validated
const owner = "weir";

/** attach gives an editor completion, validation, and Ctrl or Cmd with Enter, until what it returns is called. */
export function attach(editor: MonacoEditor, monaco: Monaco, services: () => Services): () => void {
  const parts = [completion(editor, monaco, services), validation(editor, monaco, services), running(editor, monaco, services)];
  return () => parts.forEach((p) => p.dispose());
}

function running(editor: MonacoEditor, monaco: Monaco, services: () => Services): monacoTypes.IDisposable {
  return editor.addAction({
    id: "weir-run",
    label: "Run query",
    keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter],
    run: () => services().run(editor.getValue()),
  });
}

/** completion is registered for the language, as Monaco has it, but answers for its own editor only. */
function completion(editor: MonacoEditor, monaco: Monaco, services: () => Services): monacoTypes.IDisposable {
  const item = (s: Suggestion, range: monacoTypes.IRange) => toItem(monaco, s, range);
  return monaco.languages.registerCompletionItemProvider("sql", {
    triggerCharacters: [".", "$", " "],
    async provideCompletionItems(model, position) {
      if (model.id !== editor.getModel()?.id) return { suggestions: [] };
      const schema = await services().schema();
      const range = wordBefore(model, position);
      return { suggestions: suggest(schema, model.getValue(), model.getOffsetAt(position)).map((s) => item(s, range)) };
    },
  });
}

/** wordBefore is what a suggestion takes the place of: the word before the cursor, with the $ that a macro begins with. */
function wordBefore(model: monacoTypes.editor.ITextModel, position: monacoTypes.Position): monacoTypes.IRange {
  const before = model.getLineContent(position.lineNumber).slice(0, position.column - 1);
  const length = /[$\w]*$/.exec(before)![0].length;
  const { lineNumber, column } = position;
  return { startLineNumber: lineNumber, startColumn: column - length, endLineNumber: lineNumber, endColumn: column };
}

function toItem(monaco: Monaco, s: Suggestion, range: monacoTypes.IRange): monacoTypes.languages.CompletionItem {
  const kinds = monaco.languages.CompletionItemKind;
  const kind = { table: kinds.Struct, column: kinds.Field, function: kinds.Function, macro: kinds.Constant, keyword: kinds.Keyword }[s.kind];
  const insertTextRules = monaco.languages.CompletionItemInsertTextRule.InsertAsSnippet;
  return { label: s.label, kind, insertText: s.insert, insertTextRules, detail: s.detail, documentation: s.doc, sortText: `${s.rank}${s.label}`, range };
}

function validation(editor: MonacoEditor, monaco: Monaco, services: () => Services): monacoTypes.IDisposable {
  let timer = 0;
  const check = async () => {
    const model = editor.getModel();
    const sql = model?.getValue() ?? "";
    const validity = sql.trim() ? await services().validate(sql) : undefined;
    if (!model || model.isDisposed() || model.getValue() !== sql) return; // a later check will tell
    const markers = validity?.error ? [{ ...marker(sql, validity.error), severity: monaco.MarkerSeverity.Error }] : [];
    monaco.editor.setModelMarkers(model, owner, markers);
    services().told(validity);
  };
  const later = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void check(), pause);
  };
  const changes = editor.onDidChangeModelContent(later);
  later();
  return {
    dispose() {
      window.clearTimeout(timer);
      changes.dispose();
    },
  };
}
