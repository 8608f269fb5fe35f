import { useEffect, useState } from "react";
import type { WeirDataSource } from "./datasource";
import { emptySchema, type Schema } from "./schema";

/** useSchema is what queries can name; empty until Weir has answered. */
export function useSchema(datasource: WeirDataSource): Schema {
  const [schema, setSchema] = useState(emptySchema);
  useEffect(() => {
    let wanted = true;
    void datasource.schema().then((s) => wanted && setSchema(s));
    return () => {
      wanted = false;
    };
  }, [datasource]);
  return schema;
}
