// Package json is the JSON record format: it decodes records, one JSON object each, into Arrow batches.
//
// A record is scanned once, from its bytes straight into typed columns: there is no tree, no map, and in steady state no
// allocation for a record. What stands between two values, key, colon and white space, is expected as in the record before and
// then known by its bytes alone. Values in the spelling that programs write have a short way, which stays in registers; all
// others, and what is wrong, go the long way through the scanner's cursor. The odd ones of a batch are gathered there, and
// converted by DuckDB, a column at a time:
//
//	record bytes ──► object ─── as expected ──► plain, passPlain ──► columns ──► batch
//	                   │ else      layout          │ else              ▲  ▲
//	                   ▼             ▲             ▼                   │  │ value, or reject
//	                 searched ───────┘          read, skip ────────────┘  │
//	                                               │ odd spelling         │
//	                                               ▼                      │
//	                                            odd.texts ──► TRY_CAST in DuckDB
//
// To add a type: give it a column in the file of its family and a line in newColumn, and add it to testTypes. To give a
// spelling a short way: parse it in the column's read, or make the column a plainColumn; TestValuesAsDuckDB and
// TestRandomAsDuckDB say whether DuckDB agrees, FuzzPlain whether both ways do, BenchmarkDecode whether it was worth it.
//
// # What converts to what
//
// The rule is DuckDB 1.5's read_json(…, columns = {…}, format = 'newline_delimited', records = true). These are its ways,
// found by experiment and held by the tests; testdata/values.txt has the spellings tried with every type.
//
//	column           JSON string                 whole number         real (1.5, 1e3)            true, false   [ ] { }
//	BOOLEAN          true t yes, false f no (a)  0 is false           0.0 is false               itself        refused
//	TINYINT…UBIGINT  digits, 0x1F, " 12 " (b)    if in range          half to even, if in range  1, 0          refused
//	HUGEINT          as above                    any of 127 bits      half to even               1, 0          refused
//	FLOAT, DOUBLE    12 1.5 1e3 nan -inf (c)     nearest              nearest; FLOAT in range    1, 0          refused
//	DECIMAL(w,s)     " 12.5 ", +1.5, 1e2 (d)     if in range          scaled as DOUBLE (e)       1, 0          refused
//	VARCHAR          its text                    as written           shortest form: 1000.0      true, false   as JSON
//	BLOB             its bytes, UTF-8            as VARCHAR           as VARCHAR                 as VARCHAR    as VARCHAR
//	JSON             itself                      as written           shortest form: 1000.0 (f)  itself        itself (f)
//	UUID             hex, dashes and {} at will  refused              refused                    refused       refused
//	DATE             2024-1-2, 2024/01/02 (g)    refused              refused                    refused       refused
//	TIME             03:04:05.5, 3:4             refused              refused                    refused       refused
//	TIMESTAMP        ISO 8601; offset ignored    refused (h)          refused                    refused       refused
//	TIMESTAMP_S, _MS the same, rounded           refused              refused                    refused       refused
//	TIMESTAMP_NS     the same; offset applied    refused              refused                    refused       refused
//	TIMESTAMPTZ      the same; offset applied    refused              refused                    refused       refused
//	INTERVAL         1 day 03:04:05              refused              refused                    refused       refused
//	STRUCT           refused                     refused              refused                    refused       { } only (i)
//	LIST             refused                     refused              refused                    refused       [ ] only
//	MAP              refused                     refused              refused                    refused       { } only (j)
//	"NULL"           NULL                        NULL                 NULL                       NULL          NULL
//
//	(a) in any case; not "1", not " true "
//	(b) not "+12", "01", "1.5", "1e3", "1_000", ""
//	(c) not "+12", " 1.5 ", ""; "1e39" is infinite as FLOAT, the number 1e39 is refused
//	(d) rounded half away from zero to the scale, refused if that has too many digits; not "", "0x10"
//	(e) 12.345 times 100 as DOUBLE, then rounded half away from zero: seldom, the last digit differs from the text's
//	(f) without white space, escapes and numbers in one spelling: "\u0041\/" is "A/", 1e21 is 1e21 and 1e20 has 21 digits
//	(g) what stands behind the date, such as a time of day, is ignored
//	(h) an epoch is no timestamp: declare BIGINT, and convert with make_timestamp or epoch_ms in the view
//	(i) fields are found by name as columns are: one missing is NULL, others are ignored
//	(j) a key is converted as a JSON string is
//
// Beyond the table:
//
//   - null and a missing key are NULL for every type, JSON too. In a LIST or MAP a null is a NULL element.
//   - Names match exactly: case counts, escapes in a key do not ("\u0061" is a).
//   - A key that stands twice in one object is refused if it is a column or a STRUCT's field, and ignored elsewhere.
//   - The record must be JSON throughout, also where it is not looked at: UTF-8, no control character in a string, no half
//     surrogate pair, no leading zero, nothing behind it but white space. Two liberties DuckDB takes: a comma may stand before a
//     closing bracket, and nan, inf, infinity (any case, signed) are numbers that DOUBLE, FLOAT, VARCHAR, BLOB and JSON take.
//   - A whole number beyond 64 bits and a real beyond DOUBLE are converted from their text, as a JSON string would be.
//   - A record that is null is a row of NULLs. Any other that is no object is refused. A blank one is no row and no reject.
//
// Where read_json makes what a batch cannot carry, the record is refused here: a MAP in which a key stands twice, and an
// INTERVAL of more than 2562046 hours.
package json
