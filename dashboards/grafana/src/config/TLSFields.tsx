import { Field, FieldSet, Input, SecretTextArea, Switch } from "@grafana/ui";
import * as React from "react";
import type { WeirSecrets, WeirSettings } from "../settings";
import type { Props } from "./ConfigEditor";
import { secrets } from "./secrets";

/** TLSFields edits how Weir's certificate is checked, and what Grafana shows of its own. */
export function TLSFields({ options, onOptionsChange }: Props) {
  const { jsonData } = options;
  const set = (part: Partial<WeirSettings>) => onOptionsChange({ ...options, jsonData: { ...jsonData, ...part } });
  const secret = secrets(options, onOptionsChange);
  const flag = (name: "tlsAuth" | "tlsAuthWithCACert" | "tlsSkipVerify", label: string, description: string) => (
    <Field label={label} description={description} htmlFor={`weir-${name}`}>
      <Switch id={`weir-${name}`} value={!!jsonData[name]} onChange={(e) => set({ [name]: e.currentTarget.checked })} />
    </Field>
  );
  const pem = (name: keyof WeirSecrets, label: string) => (
    <Field label={label} htmlFor={`weir-${name}`}>
      <SecretTextArea id={`weir-${name}`} cols={60} rows={5} placeholder="-----BEGIN …" {...secret(name)} />
    </Field>
  );
  return (
    <FieldSet label="TLS">
      {flag("tlsAuthWithCACert", "With CA cert", "Trust the certificates of an authority that the system does not know")}
      {jsonData.tlsAuthWithCACert && pem("tlsCACert", "CA certificate")}
      {flag("tlsAuth", "TLS client auth", "Show a certificate to a proxy before Weir that asks for one")}
      {jsonData.tlsAuth && pem("tlsClientCert", "Client certificate")}
      {jsonData.tlsAuth && pem("tlsClientKey", "Client key")}
      <Field label="Server name" description="The name in Weir's certificate, if it is not the one in the URL" htmlFor="weir-server-name">
        <Input id="weir-server-name" width={60} value={jsonData.serverName ?? ""} onChange={(e) => set({ serverName: e.currentTarget.value })} />
      </Field>
      {flag("tlsSkipVerify", "Skip TLS verification", "Take any certificate: whoever stands between can read and change everything")}
    </FieldSet>
  );
}
