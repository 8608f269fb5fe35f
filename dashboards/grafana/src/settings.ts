import type { DataSourceJsonData } from "@grafana/data";

/** WeirSettings are a data source's settings beside its URL. The names of those for TLS are Grafana's own. */
export interface WeirSettings extends DataSourceJsonData {
  timeoutSeconds?: number;
  maxRows?: number;
  tlsAuth?: boolean;
  tlsAuthWithCACert?: boolean;
  tlsSkipVerify?: boolean;
  serverName?: string;
}

/** WeirSecrets stay in Grafana's server: the browser sends them, and never sees them again. */
export interface WeirSecrets {
  token?: string;
  tlsCACert?: string;
  tlsClientCert?: string;
  tlsClientKey?: string;
}
