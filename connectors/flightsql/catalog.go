package flightsql

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql/schema_ref"
	"github.com/weirdb/weir/connectors/server"
	"github.com/weirdb/weir/engine/types"
)

// catalogName is what the result database is called: the only catalog.
const catalogName = "results"

// tableTypes are the words for kinds of table that tools know; materialized views are among the views.
var tableTypes = map[string]string{server.KindView: "VIEW", server.KindTable: "TABLE", server.KindSystem: "SYSTEM TABLE"}

// rows makes a batch of an answer about the catalog.
func (s *Server) rows(schema *arrow.Schema, fill func(b *array.RecordBuilder)) arrow.RecordBatch {
	b := array.NewRecordBuilder(s.Alloc, schema)
	defer b.Release()
	fill(b)
	return b.NewRecordBatch()
}

// texts appends a row of texts.
func texts(b *array.RecordBuilder, values ...string) {
	for i, v := range values {
		b.Field(i).(*array.StringBuilder).Append(v)
	}
}

// GetFlightInfoCatalogs implements flightsql.Server.
func (s *Server) GetFlightInfoCatalogs(_ context.Context, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return s.info(d, d.GetCmd(), schema_ref.Catalogs), nil
}

// DoGetCatalogs implements flightsql.Server.
func (s *Server) DoGetCatalogs(context.Context) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return one(s.rows(schema_ref.Catalogs, func(b *array.RecordBuilder) { texts(b, catalogName) }))
}

// GetFlightInfoSchemas implements flightsql.Server.
func (s *Server) GetFlightInfoSchemas(_ context.Context, _ flightsql.GetDBSchemas, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return s.info(d, d.GetCmd(), schema_ref.DBSchemas), nil
}

// DoGetDBSchemas implements flightsql.Server.
func (s *Server) DoGetDBSchemas(ctx context.Context, q flightsql.GetDBSchemas) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	tables, err := s.tables(ctx, q.GetCatalog(), q.GetDBSchemaFilterPattern(), nil, nil)
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, t := range tables {
		names = append(names, t.Schema)
	}
	slices.Sort(names)
	return one(s.rows(schema_ref.DBSchemas, func(b *array.RecordBuilder) {
		for _, name := range slices.Compact(names) {
			texts(b, catalogName, name)
		}
	}))
}

// tables are those that a question is about. Catalogs are compared as they are, the rest with LIKE; nil is for any.
func (s *Server) tables(ctx context.Context, catalog, schema, name *string, kinds []string) ([]server.SchemaTable, error) {
	all, err := s.backend.Schema(ctx)
	if err != nil {
		return nil, s.faultOf(ctx, err)
	}
	if catalog != nil && *catalog != catalogName {
		return nil, nil
	}
	schemas, names := like(schema), like(name)
	var out []server.SchemaTable
	for _, t := range all.Tables {
		if schemas.MatchString(t.Schema) && names.MatchString(t.Name) && (len(kinds) == 0 || slices.Contains(kinds, tableTypes[t.Kind])) {
			out = append(out, t)
		}
	}
	return out, nil
}

// like is a pattern of LIKE as a regular expression: % for any text, _ for any character.
func like(pattern *string) *regexp.Regexp {
	if pattern == nil {
		return regexp.MustCompile("")
	}
	parts := strings.NewReplacer("%", ".*", "_", ".").Replace(regexp.QuoteMeta(*pattern))
	return regexp.MustCompile("(?s)^" + parts + "$")
}

// GetFlightInfoTables implements flightsql.Server.
func (s *Server) GetFlightInfoTables(_ context.Context, q flightsql.GetTables, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return s.info(d, d.GetCmd(), tablesSchema(q)), nil
}

func tablesSchema(q flightsql.GetTables) *arrow.Schema {
	if q.GetIncludeSchema() {
		return schema_ref.TablesWithIncludedSchema
	}
	return schema_ref.Tables
}

// DoGetTables implements flightsql.Server.
func (s *Server) DoGetTables(ctx context.Context, q flightsql.GetTables) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	tables, err := s.tables(ctx, q.GetCatalog(), q.GetDBSchemaFilterPattern(), q.GetTableNameFilterPattern(), q.GetTableTypes())
	if err != nil {
		return nil, nil, err
	}
	layouts := make([][]byte, len(tables))
	for i := range tables {
		if !q.GetIncludeSchema() {
			break
		}
		if layouts[i], err = s.layout(ctx, &tables[i]); err != nil {
			return nil, nil, err
		}
	}
	return one(s.rows(tablesSchema(q), func(b *array.RecordBuilder) {
		for i, t := range tables {
			texts(b, catalogName, t.Schema, t.Name, tableTypes[t.Kind])
			if q.GetIncludeSchema() {
				b.Field(4).(*array.BinaryBuilder).Append(layouts[i])
			}
		}
	}))
}

// layout is a table's Arrow schema as it goes over the wire, with what is known of the columns beside.
func (s *Server) layout(ctx context.Context, t *server.SchemaTable) ([]byte, error) {
	columns, _, err := s.backend.Describe(ctx, "FROM "+types.QuoteIdent(t.Schema)+"."+types.QuoteIdent(t.Name))
	if err != nil {
		return nil, s.faultOf(ctx, err)
	}
	fields := types.WireSchema(columns).Fields()
	for i := range fields {
		about := flightsql.NewColumnMetadataBuilder().CatalogName(catalogName).SchemaName(t.Schema).TableName(t.Name).
			TypeName(columns[i].Type.String()).IsReadOnly(true).IsAutoIncrement(false).IsSearchable(true)
		if i < len(t.Columns) && t.Columns[i].Comment != "" {
			about = about.Remarks(t.Columns[i].Comment)
		}
		mark, more := fields[i].Metadata, about.Metadata()
		fields[i].Metadata = arrow.NewMetadata(slices.Concat(mark.Keys(), more.Keys()), slices.Concat(mark.Values(), more.Values()))
	}
	return flight.SerializeSchema(arrow.NewSchema(fields, nil), s.Alloc), nil
}

// GetFlightInfoTableTypes implements flightsql.Server.
func (s *Server) GetFlightInfoTableTypes(_ context.Context, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return s.info(d, d.GetCmd(), schema_ref.TableTypes), nil
}

// DoGetTableTypes implements flightsql.Server.
func (s *Server) DoGetTableTypes(context.Context) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return one(s.rows(schema_ref.TableTypes, func(b *array.RecordBuilder) {
		for _, kind := range []string{server.KindTable, server.KindView, server.KindSystem} {
			texts(b, tableTypes[kind])
		}
	}))
}

// Result tables have no keys that the database watches over: questions about keys have no rows for an answer.

func (s *Server) noRows(schema *arrow.Schema) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return one(s.rows(schema, func(*array.RecordBuilder) {}))
}

// GetFlightInfoPrimaryKeys implements flightsql.Server.
func (s *Server) GetFlightInfoPrimaryKeys(_ context.Context, _ flightsql.TableRef, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return s.info(d, d.GetCmd(), schema_ref.PrimaryKeys), nil
}

// DoGetPrimaryKeys implements flightsql.Server.
func (s *Server) DoGetPrimaryKeys(context.Context, flightsql.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return s.noRows(schema_ref.PrimaryKeys)
}

// GetFlightInfoExportedKeys implements flightsql.Server.
func (s *Server) GetFlightInfoExportedKeys(_ context.Context, _ flightsql.TableRef, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return s.info(d, d.GetCmd(), schema_ref.ExportedKeys), nil
}

// DoGetExportedKeys implements flightsql.Server.
func (s *Server) DoGetExportedKeys(context.Context, flightsql.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return s.noRows(schema_ref.ExportedKeys)
}

// GetFlightInfoImportedKeys implements flightsql.Server.
func (s *Server) GetFlightInfoImportedKeys(_ context.Context, _ flightsql.TableRef, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return s.info(d, d.GetCmd(), schema_ref.ImportedKeys), nil
}

// DoGetImportedKeys implements flightsql.Server.
func (s *Server) DoGetImportedKeys(context.Context, flightsql.TableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return s.noRows(schema_ref.ImportedKeys)
}

// GetFlightInfoCrossReference implements flightsql.Server.
func (s *Server) GetFlightInfoCrossReference(_ context.Context, _ flightsql.CrossTableRef, d *flight.FlightDescriptor) (*flight.FlightInfo, error) {
	return s.info(d, d.GetCmd(), schema_ref.CrossReference), nil
}

// DoGetCrossReference implements flightsql.Server.
func (s *Server) DoGetCrossReference(context.Context, flightsql.CrossTableRef) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	return s.noRows(schema_ref.CrossReference)
}
