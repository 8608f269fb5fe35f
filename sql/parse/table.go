package parse

// ChangeTable is a statement of DuckDB's that makes, changes or drops a plain table of the result database: CREATE [OR REPLACE] TABLE,
// INSERT INTO, UPDATE, DELETE FROM, TRUNCATE, ALTER TABLE, COPY … FROM, COMMENT ON TABLE, DROP TABLE. All but the table's name is for DuckDB to read.
type ChangeTable struct {
	Span
	Name    string // of the table
	NamePos int
}

// tableHeads are what such statements begin with, up to the table's name.
var tableHeads = [][]string{
	{"CREATE", "TABLE"}, {"CREATE", "OR", "REPLACE", "TABLE"}, {"INSERT", "INTO"}, {"INSERT", "OR", "REPLACE", "INTO"},
	{"INSERT", "OR", "IGNORE", "INTO"}, {"UPDATE"}, {"DELETE", "FROM"}, {"TRUNCATE", "TABLE"}, {"TRUNCATE"}, {"ALTER", "TABLE"}, {"COPY"},
	{"DROP", "TABLE"}, {"COMMENT", "ON", "TABLE"},
}

// changeTable takes a statement about a plain table; nil if no such statement begins here.
func (p *parser) changeTable() (Statement, error) {
	start := p.at
	for _, head := range tableHeads {
		if p.accept(head...) {
			return p.tableStatement(start)
		}
	}
	return nil, nil
}

func (p *parser) tableStatement(start int) (Statement, error) {
	if !p.accept("IF", "EXISTS") {
		p.ifNotExists()
	}
	name, err := p.name("the name of a table")
	if err != nil {
		return nil, err
	}
	for p.accept(".") {
		if name.Text != "main" {
			return nil, Errorf(p.text, name.Pos, "the tables that can be changed are in schema main; %s is not", name.Text)
		}
		if name, err = p.name("the name of a table"); err != nil {
			return nil, err
		}
	}
	from := false
	for p.peek().Kind != End && !p.peek().Is(";") {
		from = p.next().Is("FROM") || from
	}
	if p.tokens[start].Is("COPY") && !from {
		return nil, Errorf(p.text, p.tokens[start].Pos, "COPY reads files here: write COPY %s FROM 'file'; to write files, use a SINK", name.Text)
	}
	return ChangeTable{p.span(start), name.Text, name.Pos}, nil
}
