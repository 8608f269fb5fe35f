package flightsql

import (
	"context"
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/flight"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql"
	"github.com/apache/arrow-go/v18/arrow/flight/flightsql/schema_ref"
)

// tellAbout settles what clients are told that ask what the server can do.
func (s *Server) tellAbout() error {
	for id, value := range map[flightsql.SqlInfo]any{
		flightsql.SqlInfoFlightSqlServerName:               "Weir",
		flightsql.SqlInfoFlightSqlServerVersion:            s.options.Version,
		flightsql.SqlInfoFlightSqlServerArrowVersion:       arrow.PkgVersion,
		flightsql.SqlInfoFlightSqlServerReadOnly:           true,
		flightsql.SqlInfoFlightSqlServerSql:                true,
		flightsql.SqlInfoFlightSqlServerSubstrait:          false,
		flightsql.SqlInfoFlightSqlServerTransaction:        int32(flightsql.SqlTransactionNone),
		flightsql.SqlInfoFlightSqlServerCancel:             true,
		flightsql.SqlInfoFlightSqlServerStatementTimeout:   int32(s.options.QueryTimeout.Milliseconds()),
		flightsql.SqlInfoFlightSqlServerTransactionTimeout: int32(0),
		flightsql.SqlInfoFlightSqlServerBulkIngestion:      false,
		flightsql.SqlInfoDDLCatalog:                        false,
		flightsql.SqlInfoDDLSchema:                         false,
		flightsql.SqlInfoDDLTable:                          false,
		flightsql.SqlInfoIdentifierCase:                    int64(flightsql.SqlCaseSensitivityCaseInsensitive),
		flightsql.SqlInfoQuotedIdentifierCase:              int64(flightsql.SqlCaseSensitivityCaseInsensitive),
		flightsql.SqlInfoIdentifierQuoteChar:               `"`,
		flightsql.SqlInfoAllTablesAreASelectable:           true,
		flightsql.SqlInfoNullOrdering:                      int64(flightsql.SqlNullOrderingSortAtEnd),
	} {
		if err := s.RegisterSqlInfo(id, value); err != nil {
			return err
		}
		s.told = append(s.told, uint32(id))
	}
	slices.Sort(s.told)
	return nil
}

// told is a question for what is known among what a client asks for: drivers ask for dozens of things, and must not fail for the one that is
// not known.
type told []uint32

// GetInfo implements flightsql.GetSqlInfo.
func (t told) GetInfo() []uint32 { return t }

// DoGetSqlInfo implements flightsql.Server.
func (s *Server) DoGetSqlInfo(ctx context.Context, q flightsql.GetSqlInfo) (*arrow.Schema, <-chan flight.StreamChunk, error) {
	wanted := q.GetInfo()
	if len(wanted) == 0 {
		wanted = s.told
	}
	known := slices.DeleteFunc(slices.Clone(wanted), func(id uint32) bool { return !slices.Contains(s.told, id) })
	if len(known) == 0 {
		return s.noRows(schema_ref.SqlInfo)
	}
	return s.BaseServer.DoGetSqlInfo(ctx, told(known))
}
