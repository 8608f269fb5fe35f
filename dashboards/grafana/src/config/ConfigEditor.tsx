import type { DataSourcePluginOptionsEditorProps } from "@grafana/data";
import { Field, FieldSet, Input, SecretInput } from "@grafana/ui";
import * as React from "react";
import type { WeirSecrets, WeirSettings } from "../settings";
import { secrets } from "./secrets";
import { TLSFields } from "./TLSFields";

export type Props = DataSourcePluginOptionsEditorProps<WeirSettings, WeirSecrets>;

const width = 60;

/** ConfigEditor edits a data source's settings; all of them can be provisioned as well. */
export function ConfigEditor({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  const set = (part: Partial<WeirSettings>) => onOptionsChange({ ...options, jsonData: { ...jsonData, ...part } });
  const secret = secrets(options, onOptionsChange);
  return (
    <>
      <FieldSet label="Connection">
        <Field label="URL" description="Where Weir listens, as seen from Grafana's server" required htmlFor="weir-url">
          <Input id="weir-url" width={width} value={options.url} placeholder="http://127.0.0.1:8080" onChange={(e) => onOptionsChange({ ...options, url: e.currentTarget.value })} />
        </Field>
        <Field label="Token" description="What is in the file that Weir got as --token-file; empty if it got none" htmlFor="weir-token">
          <SecretInput id="weir-token" width={width} {...secret("token")} />
        </Field>
      </FieldSet>
      <TLSFields options={options} onOptionsChange={onOptionsChange} />
      <FieldSet label="Bounds">
        <Field label="Timeout" description="Seconds that a query may take; 30 if empty" htmlFor="weir-timeout">
          <Input id="weir-timeout" width={20} type="number" min={1} value={jsonData.timeoutSeconds ?? ""} placeholder="30" onChange={(e) => set({ timeoutSeconds: number(e.currentTarget.value) })} />
        </Field>
        <Field label="Maximum rows" description="What a query gives at most; one that has more says so in a notice" htmlFor="weir-rows">
          <Input id="weir-rows" width={20} type="number" min={1} value={jsonData.maxRows ?? ""} onChange={(e) => set({ maxRows: number(e.currentTarget.value) })} />
        </Field>
      </FieldSet>
    </>
  );
}

function number(text: string): number | undefined {
  return text === "" ? undefined : Number(text);
}
