package pgwire

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// serverVersion is the version of PostgreSQL whose catalogs and answers are imitated. Clients choose their queries by it.
const serverVersion = "15.0"

// setting is a setting that a client may set.
type setting struct {
	name     string // as it is told to clients
	value    string // at the beginning
	reported bool   // the client is told its value, at the start and when it changes
	check    func(value string) (string, error)
}

// knownSettings are the settings with a meaning of their own, or that clients ask for. Others are kept and have no effect.
var knownSettings = []setting{
	{"application_name", "", true, nil},
	{"client_encoding", "UTF8", true, oneOf("UTF8", "utf8", "utf-8", "unicode", "sql_ascii")},
	{"DateStyle", "ISO, MDY", true, dateStyle},
	{"default_transaction_read_only", "on", true, nil},
	{"in_hot_standby", "off", true, fixed("off")},
	{"integer_datetimes", "on", true, fixed("on")},
	{"IntervalStyle", "postgres", true, oneOf("postgres", "postgres")},
	{"is_superuser", "off", true, fixed("off")},
	{"server_encoding", "UTF8", true, fixed("UTF8")},
	{"server_version", serverVersion, true, fixed(serverVersion)},
	{"session_authorization", "", true, nil},
	{"standard_conforming_strings", "on", true, oneOf("on", "on", "true", "yes", "1")},
	{"TimeZone", "UTC", true, onlyUTC},

	{"bytea_output", "hex", false, oneOf("hex", "hex")},
	{"extra_float_digits", "1", false, nil},
	{"max_identifier_length", "63", false, fixed("63")},
	{"max_index_keys", "32", false, fixed("32")},
	{"search_path", "main", false, nil},
	{"server_version_num", "150000", false, fixed("150000")},
	{"statement_timeout", "0", false, timeout},
	{"transaction_isolation", "read committed", false, oneOf("read committed", "read committed", "read uncommitted")},
	{"transaction_read_only", "on", false, nil},
	{"default_transaction_isolation", "read committed", false, oneOf("read committed", "read committed", "read uncommitted")},
}

func fixed(value string) func(string) (string, error) {
	return func(v string) (string, error) {
		if !strings.EqualFold(v, value) {
			return "", fmt.Errorf("it is always %s", value)
		}
		return value, nil
	}
}

// oneOf allows some spellings of the one value that there is.
func oneOf(value string, spellings ...string) func(string) (string, error) {
	return func(v string) (string, error) {
		if !slices.ContainsFunc(spellings, func(s string) bool { return strings.EqualFold(s, v) }) {
			return "", fmt.Errorf("only %s is supported", value)
		}
		return value, nil
	}
}

func dateStyle(v string) (string, error) {
	if v != "" && !strings.Contains(strings.ToUpper(v), "ISO") {
		return "", fmt.Errorf("only ISO is supported")
	}
	return "ISO, MDY", nil
}

// onlyUTC takes any zone, because clients set theirs without being asked, and keeps UTC: times with a zone are sent with an offset of
// zero, and are the same instants.
func onlyUTC(string) (string, error) { return "UTC", nil }

// timeout takes milliseconds, or a number with a unit.
func timeout(v string) (string, error) {
	if _, err := timeoutOf(v); err != nil {
		return "", fmt.Errorf(`it is a number of milliseconds, or one with ms, s, min or h behind it, such as "5s"`)
	}
	return v, nil
}

// timeoutOf is the time that a value of statement_timeout gives; 0 for no bound.
func timeoutOf(v string) (time.Duration, error) {
	v = strings.ReplaceAll(strings.TrimSpace(v), " ", "")
	if n, err := strconv.ParseInt(v, 10, 32); err == nil && n >= 0 {
		return time.Duration(n) * time.Millisecond, nil
	}
	d, err := time.ParseDuration(strings.Replace(v, "min", "m", 1))
	if err == nil && d < 0 {
		err = fmt.Errorf("negative")
	}
	return d, err
}

// settings are the settings of one connection.
type settings struct {
	values  map[string]string // by name in lower case
	initial map[string]string // what RESET goes back to
}

func newSettings() *settings {
	s := &settings{values: map[string]string{}, initial: map[string]string{}}
	for _, k := range knownSettings {
		s.initial[strings.ToLower(k.name)] = k.value
	}
	s.reset("")
	return s
}

// start takes what the client's startup message says, as the values to begin with.
func (s *settings) start(parameters map[string]string) error {
	for name, value := range parameters {
		switch name {
		case "user":
			s.values["session_authorization"] = value
		case "options":
			if err := s.options(value); err != nil {
				return err
			}
		case "database", "replication":
		default:
			if strings.HasPrefix(name, protocolOption) {
				continue
			}
			if err := s.set(name, value); err != nil {
				return err
			}
		}
	}
	for name, value := range s.values {
		s.initial[name] = value
	}
	return nil
}

// protocolOption is what names of options of the protocol begin with. There are none here.
const protocolOption = "_pq_."

// options takes settings as psql's PGOPTIONS has them: -c name=value, or --name=value.
func (s *settings) options(text string) error {
	words := strings.Fields(strings.ReplaceAll(text, "\\ ", "\x00"))
	for i := 0; i < len(words); i++ {
		option, ok := strings.CutPrefix(words[i], "--")
		if !ok {
			option, ok = strings.CutPrefix(words[i], "-c")
		}
		if option == "" && i+1 < len(words) {
			i++
			option = words[i]
		}
		name, value, assigned := strings.Cut(strings.ReplaceAll(option, "\x00", " "), "=")
		if !ok || !assigned {
			return newFault(stateValue, fmt.Sprintf("options %q: -c name=value is understood", text))
		}
		if err := s.set(strings.ReplaceAll(name, "-", "_"), value); err != nil {
			return err
		}
	}
	return nil
}

func known(name string) *setting {
	for i := range knownSettings {
		if strings.EqualFold(knownSettings[i].name, name) {
			return &knownSettings[i]
		}
	}
	return nil
}

// set sets a setting, in whatever case its name is.
func (s *settings) set(name, value string) error {
	if k := known(name); k != nil && k.check != nil {
		allowed, err := k.check(value)
		if err != nil {
			return newFault(stateValue, fmt.Sprintf("%s cannot be set to %q: %v", k.name, value, err))
		}
		value = allowed
	}
	const most = 1000 // a client may make up names
	if len(s.values) > most {
		return newFault(stateTooMuch, "there are too many settings")
	}
	s.values[strings.ToLower(name)] = value
	return nil
}

// get returns a setting's value. It reports false for one that is not known and was not set.
func (s *settings) get(name string) (string, bool) {
	value, ok := s.values[strings.ToLower(name)]
	return value, ok
}

// reset gives a setting, or all where the name is empty, the value that it had at the beginning.
func (s *settings) reset(name string) {
	if name == "" {
		clear(s.values)
	}
	for n, value := range s.initial {
		if name == "" || strings.EqualFold(n, name) {
			s.values[n] = value
		}
	}
}

// all lists names and values, by name.
func (s *settings) all() [][]string {
	var out [][]string
	for name, value := range s.values {
		if k := known(name); k != nil {
			name = k.name
		}
		out = append(out, []string{name, value})
	}
	slices.SortFunc(out, func(a, b []string) int { return strings.Compare(strings.ToLower(a[0]), strings.ToLower(b[0])) })
	return out
}

// statementTimeout is how long a statement may take; 0 without a bound.
func (s *settings) statementTimeout() time.Duration {
	value, _ := s.get("statement_timeout")
	d, _ := timeoutOf(value) // it was checked when it was set
	return d
}
