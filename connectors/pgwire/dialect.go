package pgwire

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/weirdb/weir/engine/types"
)

// CatalogName is the database that CatalogSQL is to be run in; dialect.go has statements use its names.
const CatalogName = "postgres"

// CatalogSQL makes the views and macros that answer clients' questions about PostgreSQL's catalogs.
//
//go:embed catalog.sql
var CatalogSQL string

// shims are the names that CatalogSQL makes, with what they stand for: pg_catalog's and information_schema's.
var shims = shimsOf(CatalogSQL)

// shim is where a name is in CatalogSQL.
type shim struct{ schema, kind string } // kind is VIEW or MACRO

func shimsOf(sql string) map[string]shim {
	out := map[string]shim{}
	for _, m := range regexp.MustCompile(`(?m)^CREATE (VIEW|MACRO) (pg|info)\.(\w+)`).FindAllStringSubmatch(sql, -1) {
		out[m[2]+"."+m[3]] = shim{m[2], m[1]}
	}
	return out
}

// schemas are the schemas of CatalogSQL for those of PostgreSQL.
var schemas = map[string]string{"pg_catalog": "pg", "information_schema": "info"}

// translator turns PostgreSQL's spellings in a statement into DuckDB's. It looks at tokens only: there is no grammar here, and what it does
// not know stays as it is. DuckDB parses the outcome, and the sandbox looks at that.
//
//	pg_catalog.pg_class, pg_class    ─►  postgres.pg.pg_class
//	information_schema.tables        ─►  postgres.info.tables
//	pg_catalog.lower(x)              ─►  lower(x)
//	'x'::regclass                    ─►  postgres.pg.to_regclass('x')
//	oid::regtype                     ─►  postgres.pg.regtype_name(oid)
//	x::pg_catalog.name               ─►  x::VARCHAR
//	a OPERATOR(pg_catalog.~) b       ─►  a ~ b
//	COLLATE pg_catalog.default       ─►
//	current_setting('name')          ─►  'value'
//
// and in statements where one of these is:
//
//	FROM generate_series(…) AS i     ─►  FROM generate_series(…) AS i(i)
//	x ~ 'part'                       ─►  x ~ '(?s).*(?:part).*'
type translator struct {
	tokens  []token // without space
	setting func(name string) (string, bool)
	number  uint32
	changes []change
}

// change puts a text in the place of the tokens from one up to another.
type change struct {
	from, to int // offsets in bytes
	text     string
}

// translate gives the statement for DuckDB.
func (c *connection) translate(sql string) (string, edits) {
	t := &translator{setting: c.settings.get, number: c.number}
	for _, token := range lex(sql) {
		if token.kind != space {
			t.tokens = append(t.tokens, token)
		}
	}
	for i := 0; i < len(t.tokens); {
		i += max(1, t.one(i))
	}
	if len(t.changes) > 0 {
		t.aliases()
		for i := range t.tokens {
			t.pattern(i)
		}
	}
	return edits{}.apply(sql, t.changes)
}

// calledName finds the name of a function of CatalogSQL in the name that DuckDB gives a column.
var calledName = regexp.MustCompile(`^postgres\.(?:pg|info)\."?(\w+)"?\(`)

// named gives columns the names that PostgreSQL would give them, if their statement was translated: that of the function.
func (e edits) named(columns []types.Field) []types.Field {
	if len(e) == 0 {
		return columns
	}
	out := slices.Clone(columns)
	for i, c := range out {
		if m := calledName.FindStringSubmatch(c.Name); m != nil {
			out[i].Name = m[1]
		}
	}
	return out
}

// at is a token, an empty one beyond the ends.
func (t *translator) at(i int) token {
	if i < 0 || i >= len(t.tokens) {
		return token{kind: space}
	}
	return t.tokens[i]
}

// replace puts a text in the place of n tokens from i on.
func (t *translator) replace(i, n int, text string) int {
	last := t.tokens[i+n-1]
	t.insert(change{t.tokens[i].at, last.at + len(last.text), text})
	return n
}

// one translates what begins at token i, and returns how many tokens that was; 0 if there is nothing to do.
func (t *translator) one(i int) int {
	for _, translate := range []func(int) int{t.operator, t.collation, t.function, t.cast, t.typeName, t.name} {
		if n := translate(i); n > 0 {
			return n
		}
	}
	return 0
}

// follow reports whether the tokens from i on are the words.
func (t *translator) follow(i int, words ...string) bool {
	for n, w := range words {
		if !t.at(i + n).is(w) {
			return false
		}
	}
	return true
}

func (t *translator) operator(i int) int {
	if !t.follow(i, "OPERATOR", "(", "pg_catalog", ".") {
		return 0
	}
	end := i + 4
	for end < len(t.tokens) && t.tokens[end].kind == mark && !t.tokens[end].is(")") {
		end++
	}
	if end == i+4 || !t.at(end).is(")") {
		return 0
	}
	text := ""
	for _, m := range t.tokens[i+4 : end] {
		text += m.text
	}
	return t.replace(i, end+1-i, text)
}

func (t *translator) collation(i int) int {
	if !t.at(i).is("COLLATE") {
		return 0
	}
	n := 1
	if t.follow(i+1, "pg_catalog", ".") {
		n = 3
	}
	if name := t.at(i + n); name.kind == space || name.name() != "default" && name.name() != "C" && name.name() != "c" {
		return 0
	}
	return t.replace(i, n+1, "")
}

// function translates the functions whose answer depends on the connection.
func (t *translator) function(i int) int {
	n := 0
	if t.follow(i, "pg_catalog", ".") {
		n = 2
	}
	switch {
	case t.at(i - 1).is("."):
	case t.follow(i+n, "pg_backend_pid", "(", ")"):
		return t.replace(i, n+3, fmt.Sprint(t.number))
	case t.follow(i+n, "current_setting", "(") && t.at(i+n+2).kind == literal:
		return t.currentSetting(i, n)
	}
	return 0
}

func (t *translator) currentSetting(i, n int) int {
	name := t.at(i + n + 2).name()
	value, found := t.setting(name)
	text := types.QuoteString(value)
	if !found {
		text = "NULL"
	}
	switch {
	case t.at(i + n + 3).is(")"):
		return t.replace(i, n+4, text)
	case t.at(i+n+3).is(",") && t.at(i+n+5).is(")"):
		return t.replace(i, n+6, text)
	}
	return 0
}

// typesOfCatalog are PostgreSQL's types that DuckDB has no name for.
var typesOfCatalog = map[string]string{
	"name": "VARCHAR", "regproc": "", "regclass": "", "regtype": "", "regnamespace": "", "xid": "BIGINT", "cid": "BIGINT", "int2vector": "INTEGER[]",
	"oidvector": "BIGINT[]", "sql_identifier": "VARCHAR", "character_data": "VARCHAR", "cardinal_number": "INTEGER", "yes_or_no": "VARCHAR",
	"cstring": "VARCHAR", "regrole": "VARCHAR",
}

// cast translates what is cast to an oid's name, with the type.
func (t *translator) cast(i int) int {
	length := t.operand(i) // of what is cast
	if length == 0 || !t.follow(i+length, ":", ":") {
		return 0
	}
	n := length + 2
	if t.follow(i+n, "pg_catalog", ".") {
		n += 2
	}
	name := t.at(i + n).name()
	if to, known := typesOfCatalog[name]; !known || to != "" {
		return 0
	}
	first, last := t.tokens[i], t.tokens[i+length-1]
	function := "to_" + name
	if first.kind == word || first.kind == quoted {
		function = name + "_name"
	}
	return t.replace(i, n+1, CatalogName+".pg."+function+"("+t.textOf(first.at, last.at+len(last.text))+")")
}

// typeName translates the name of a type behind ::, or behind AS with its schema.
func (t *translator) typeName(i int) int {
	n, before := 2, "::"
	if t.follow(i, "AS", "pg_catalog", ".") {
		n, before = 1, "AS "
	} else if !t.follow(i, ":", ":") {
		return 0
	}
	plain := n
	if schemas[t.at(i+n).name()] != "" && t.at(i+n+1).is(".") {
		n += 2
	}
	to, known := typesOfCatalog[t.at(i+n).name()]
	switch {
	case t.at(i+n).kind == space: // the statement ends there
		return 0
	case known && to == "":
		to = "VARCHAR" // what is cast is not simple
	case !known && n == plain:
		return 0
	case !known:
		to = t.at(i + n).text
	}
	return t.replace(i, n+1, before+to)
}

// pattern translates a regular expression that may match anywhere. DuckDB's ~ matches the whole text; it stays so where a statement asks
// nothing about the catalogs.
func (t *translator) pattern(i int) {
	text := t.at(i + 1).text
	if t.at(i).is("~") && t.at(i+1).kind == literal && text[0] == '\'' {
		t.wrap(i+1, text)
	}
	if t.at(i).is("~") && t.at(i+1).is(")") && t.at(i+2).kind == literal && t.at(i + 2).text[0] == '\'' {
		t.wrap(i+2, t.at(i+2).text)
	}
}

func (t *translator) wrap(i int, text string) {
	t.replace(i, 1, "'(?s).*(?:"+text[1:len(text)-1]+").*'")
}

// operand is how many tokens the simple expression has that begins at i: a literal, a parameter, a column; 0 if it is something else.
func (t *translator) operand(i int) int {
	if t.at(i-1).is(".") || t.at(i-1).is(":") {
		return 0
	}
	switch t.at(i).kind {
	case literal, parameter:
		return 1
	case word, quoted:
		n := 1
		for t.at(i+n).is(".") && (t.at(i+n+1).kind == word || t.at(i+n+1).kind == quoted) {
			n += 2
		}
		return n
	}
	return 0
}

func (t *translator) textOf(from, to int) string {
	var out strings.Builder
	for _, token := range t.tokens {
		if token.at >= from && token.at < to {
			out.WriteString(token.text)
		}
	}
	return out.String()
}

// name translates names of relations and functions.
func (t *translator) name(i int) int {
	first := t.at(i)
	if first.kind != word && first.kind != quoted || t.at(i-1).is(".") {
		return 0
	}
	if schema := schemas[first.name()]; schema != "" && t.at(i+1).is(".") {
		return t.qualified(i, schema)
	}
	found, known := shims["pg."+first.name()]
	if !known || first.kind == quoted || (found.kind == "MACRO") != t.at(i+1).is("(") {
		return 0
	}
	return t.replace(i, 1, CatalogName+".pg."+first.name())
}

// qualified translates a name behind pg_catalog or information_schema.
func (t *translator) qualified(i int, schema string) int {
	name := t.at(i + 2)
	if _, known := shims[schema+"."+name.name()]; known {
		return t.replace(i, 3, CatalogName+"."+schema+"."+types.QuoteIdent(name.name()))
	}
	if t.at(i + 3).is("(") { // DuckDB has it elsewhere
		t.replace(i, 2, "")
		return 2
	}
	return 0
}
