import { DataSourcePlugin } from "@grafana/data";
import { ConfigEditor } from "./config/ConfigEditor";
import { WeirDataSource } from "./datasource";
import type { WeirQuery } from "./query";
import { QueryEditor } from "./QueryEditor";
import type { WeirSecrets, WeirSettings } from "./settings";

export const plugin = new DataSourcePlugin<WeirDataSource, WeirQuery, WeirSettings, WeirSecrets>(WeirDataSource)
  .setConfigEditor(ConfigEditor)
  .setQueryEditor(QueryEditor);
