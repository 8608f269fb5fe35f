import { useEffect, useState } from "preact/hooks";
import { getSchema, getViews, type Schema } from "./api";

/** useNames is what statements may name, for completion; empty as long as the server does not say. */
export function useNames(connected: boolean): Schema {
  const [schema, setSchema] = useState<Schema>({ tables: [], functions: [] });
  useEffect(() => {
    if (connected) schemaOrViews().then(setSchema, () => {}); // without names there is no completion of them; the page's head says that the server is away
  }, [connected]);
  return schema;
}

/** schemaOrViews is the schema or, from an older Weir, the views alone. */
async function schemaOrViews(): Promise<Schema> {
  try {
    return await getSchema();
  } catch {
    const tables = (await getViews()).map((v) => ({ schema: "main", name: v.view, kind: "view" as const, columns: v.columns }));
    return { tables, functions: [] };
  }
}
