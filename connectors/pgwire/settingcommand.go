package pgwire

import "strings"

// setCommand is SET [SESSION | LOCAL] name TO value, SET TIME ZONE value, SET NAMES value and SET TRANSACTION.
func setCommand(_ *connection, s *statement) (*command, error) {
	at, local := 1, false
	if (s.has("SESSION") || s.has("LOCAL")) && !s.has("SESSION", "AUTHORIZATION") && !s.has("SESSION", "CHARACTERISTICS") {
		local = s.has("LOCAL")
		at = 2
	}
	words := s.words(at)
	if len(words) < 2 {
		return nil, s.syntax(at, "SET wants a name and a value")
	}
	name := s.tokens[at].name()
	switch words[0] {
	case "TRANSACTION", "SESSION":
		if err := checkIsolation(s); err != nil {
			return nil, err
		}
		return nothingCommand(nil, s)
	case "ROLE", "CONSTRAINTS":
		return nothingCommand(nil, s)
	case "NAMES":
		name = "client_encoding"
	case "TIME":
		name, at = "timezone", at+1
	default:
		name, at = s.settingName(at)
		if at >= len(s.tokens) || !s.tokens[at].is("=") && !s.tokens[at].is("TO") {
			return nil, s.syntax(at, "SET wants TO or = behind the name")
		}
	}
	value := s.value(at + 1)
	return &command{tag: "SET", run: func(p *portal) error { return p.connection.setTo(name, value, local) }}, nil
}

// settingName is the name of a setting that begins at token n, of which it may have parts with dots between them, and where it ends.
func (s *statement) settingName(n int) (name string, end int) {
	name, end = s.tokens[n].name(), n+1
	for end+1 < len(s.tokens) && s.tokens[end].is(".") {
		name, end = name+"."+s.tokens[end+1].name(), end+2
	}
	return name, end
}

// value is the value of a setting, from token n on.
func (s *statement) value(n int) string {
	var out []string
	for _, t := range s.tokens[min(n, len(s.tokens)):] {
		switch t.kind {
		case word, mark, number:
			out = append(out, t.text)
		default:
			out = append(out, t.name())
		}
	}
	return strings.ReplaceAll(strings.Join(out, ""), ",", ", ")
}

func (c *connection) setTo(name, value string, local bool) error {
	before, _ := c.settings.get(name)
	if strings.EqualFold(value, "DEFAULT") {
		c.settings.reset(name)
	} else if err := c.settings.set(name, value); err != nil {
		return err
	}
	if local && c.status == inBlock {
		if c.local == nil {
			c.local = map[string]string{}
		}
		if _, noted := c.local[strings.ToLower(name)]; !noted {
			c.local[strings.ToLower(name)] = before
		}
	}
	if k := known(name); k != nil && k.reported {
		c.report(k.name)
	}
	return nil
}

// resetCommand is RESET name and RESET ALL.
func resetCommand(_ *connection, s *statement) (*command, error) {
	if len(s.tokens) < 2 {
		return nil, s.syntax(1, "RESET wants a name, or ALL")
	}
	name, _ := s.settingName(1)
	if s.has("ALL") {
		name = ""
	}
	return &command{tag: "RESET", run: func(p *portal) error {
		p.connection.settings.reset(name)
		for _, k := range knownSettings {
			if k.reported && (name == "" || strings.EqualFold(name, k.name)) {
				p.connection.report(k.name)
			}
		}
		return nil
	}}, nil
}

// spelled are settings that SHOW has other names for.
var spelled = map[string]string{
	"TRANSACTION ISOLATION LEVEL": "transaction_isolation", "TIME ZONE": "TimeZone", "SESSION AUTHORIZATION": "session_authorization",
}

// showCommand is SHOW of a setting. Of other things it is Weir's or DuckDB's.
func showCommand(c *connection, s *statement) (*command, error) {
	words := s.words(1)
	name := spelled[strings.Join(words, " ")]
	if name == "" && len(words) > 0 {
		whole, end := s.settingName(1)
		if end < len(s.tokens) {
			return nil, nil
		}
		name = whole
	}
	if name == "all" {
		s.columns = textColumns("name", "setting")
		return &command{tag: "SHOW", run: func(p *portal) error { return p.give(p.connection.settings.all()) }}, nil
	}
	if k := known(name); k != nil {
		name = k.name
	} else if _, set := c.settings.get(name); !set {
		return nil, nil
	}
	s.columns = textColumns(name)
	return &command{tag: "SHOW", run: func(p *portal) error {
		value, _ := p.connection.settings.get(name)
		return p.give([][]string{{value}})
	}}, nil
}

// give makes texts the result.
func (p *portal) give(rows [][]string) error {
	p.result = textRows(p.statement.columns, rows)
	p.start()
	return nil
}
