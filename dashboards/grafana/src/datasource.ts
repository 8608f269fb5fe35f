import {
  CoreApp,
  type AdHocVariableFilter,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceGetTagKeysOptions,
  type DataSourceGetTagValuesOptions,
  type DataSourceInstanceSettings,
  type MetricFindValue,
  type ScopedVars,
  type TimeRange,
} from "@grafana/data";
import { DataSourceWithBackend, getGrafanaLiveSrv, getTemplateSrv } from "@grafana/runtime";
import { startWith, switchMap, type Observable } from "rxjs";
import { annotations } from "./annotations";
import { characters, offset, place, type Validity } from "./code/validity";
import { interpolate, pieces, positionBefore, type Piece } from "./interpolate";
import { Format, type WeirQuery } from "./query";
import { reconnections } from "./reconnections";
import { complete, emptySchema, type Schema } from "./schema";
import type { WeirSettings } from "./settings";
import { streamOptions } from "./stream";
import { templateVariables } from "./templates";
import { WeirVariables } from "./variables";

const fresh = 30_000; // ms for which a schema is not asked for again

/** WeirDataSource asks the plugin's back end, which asks Weir. */
export class WeirDataSource extends DataSourceWithBackend<WeirQuery, WeirSettings> {
  annotations = annotations;
  streamOptionsProvider = streamOptions;
  private known?: { at: number; schema: Promise<Schema> };

  constructor(settings: DataSourceInstanceSettings<WeirSettings>) {
    super(settings);
    this.variables = new WeirVariables(this);
  }

  getDefaultQuery(app: CoreApp): Partial<WeirQuery> {
    return { rawSql: "", format: app === CoreApp.Explore ? Format.Table : Format.TimeSeries, editorMode: "builder" };
  }

  filterQuery(query: WeirQuery): boolean {
    return !query.hide && !!query.rawSql?.trim();
  }

  getQueryDisplayText(query: WeirQuery): string {
    return query.rawSql;
  }

  applyTemplateVariables(query: WeirQuery, scoped: ScopedVars, filters?: AdHocVariableFilter[]): WeirQuery {
    const into = (sql = "") => interpolate(sql, templateVariables(getTemplateSrv(), scoped));
    const adhocFilters = filters?.map(({ key, operator, value, values }) => ({ key, operator, value, values }));
    const builder = query.builder && { ...query.builder, where: into(query.builder.where) };
    return { ...query, rawSql: into(query.rawSql), ...(builder && { builder }), ...(adhocFilters && { adhocFilters }) };
  }

  /**
   * query asks live queries anew when the browser finds its connection to Grafana again: what was sent meanwhile is lost, and the new answer
   * has it.
   */
  query(request: DataQueryRequest<WeirQuery>): Observable<DataQueryResponse> {
    if (!request.targets.some((q) => q.live)) return super.query(request);
    const again = reconnections(getGrafanaLiveSrv().getConnectionState());
    return again.pipe(
      startWith(undefined),
      switchMap(() => super.query(request)),
    );
  }

  /** interpolateVariablesInQueries is for a panel that goes to Explore: what it gets there stands on its own. */
  interpolateVariablesInQueries(queries: WeirQuery[], scoped: ScopedVars, filters?: AdHocVariableFilter[]): WeirQuery[] {
    return queries.map((q) => ({ ...this.applyTemplateVariables(q, scoped, filters), datasource: this.getRef() }));
  }

  async getTagKeys(options?: DataSourceGetTagKeysOptions<WeirQuery>): Promise<MetricFindValue[]> {
    return this.postResource("tag-keys", { view: viewOf(options?.queries) });
  }

  async getTagValues(options: DataSourceGetTagValuesOptions<WeirQuery>): Promise<MetricFindValue[]> {
    return this.postResource("tag-values", { view: viewOf(options.queries), key: options.key });
  }

  /** schema is what queries can name. It is empty where Weir does not answer, so that one can type all the same. */
  async schema(): Promise<Schema> {
    if (!this.known || Date.now() - this.known.at > fresh) {
      this.known = { at: Date.now(), schema: this.getResource("schema").then(complete) };
    }
    try {
      return await this.known.schema;
    } catch {
      this.known = undefined;
      return emptySchema;
    }
  }

  /** validate says whether Weir would take a statement; undefined where nobody answers. Its place is in the text with the variables. */
  async validate(sql: string, range?: TimeRange): Promise<Validity | undefined> {
    const parts = pieces(sql, templateVariables(getTemplateSrv(), {}));
    const written = parts.map((p) => p.out).join("");
    const times = range && { from: range.from.valueOf(), to: range.to.valueOf() };
    try {
      const options = { showErrorAlert: false };
      return asTyped(await this.postResource<Validity>("validate", { sql: written, ...times }, options), sql, written, parts);
    } catch {
      return undefined;
    }
  }
}

/** asTyped moves a mistake's place from the text that was sent to the one that was typed. */
function asTyped(v: Validity, typed: string, sent: string, parts: Piece[]): Validity {
  if (v.error?.position === undefined) return v;
  const at = positionBefore(parts, offset(sent, v.error.position));
  return { ...v, error: { ...v.error, ...place(typed, at), position: characters(typed, at) } };
}

/** viewOf is the one view that all queries of a dashboard read, if their builders know it. */
function viewOf(queries: WeirQuery[] | undefined): string | undefined {
  const views = new Set((queries ?? []).map((q) => q.builder?.view));
  return views.size === 1 ? [...views][0] : undefined;
}
