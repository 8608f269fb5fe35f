import type { AnnotationSupport } from "@grafana/data";
import { AnnotationEditor } from "./AnnotationEditor";
import { firstPreset } from "./presets";
import { Format, type WeirQuery } from "./query";

/** annotations asks for a table whatever a query says, and leaves its rows to Grafana: columns time, timeEnd, title, text, tags, id. */
export const annotations: AnnotationSupport<WeirQuery> = {
  QueryEditor: AnnotationEditor,
  getDefaultQuery: () => ({ rawSql: firstPreset.sql, format: Format.Table, editorMode: "code" }),
  prepareQuery: ({ target }) => ({ refId: "annotation", rawSql: firstPreset.sql, ...target, format: Format.Table, live: false }),
};
