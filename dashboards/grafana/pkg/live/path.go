package live

import (
	"encoding/base64"
	"errors"
	"fmt"
	"hash/crc32"
	"math/big"
	"strconv"
	"strings"

	"github.com/weirdb/weir/dashboards/grafana/pkg/weir"
)

// Format is a query's format, and the number that stands for it.
type Format int

// The formats, as queries have them.
const (
	Series Format = iota
	Table
	Logs
)

// Path is a channel's path, taken apart.
type Path struct {
	State   bool // each packet is all there is; otherwise rows are added
	View    string
	Format  Format
	Columns []string // those that are shown, in the view's order
	Labels  []string // of them those that tell series apart, as texts, whatever their types
	Where   string   // a condition in SQL; empty for none
	After   int64    // of channels that add rows: those of later epochs
	mask    columns  // Columns as the path has them
}

// columns are columns by their numbers in the view, and a check that they still mean the same.
type columns struct {
	mask   *big.Int
	check  string
	labels *big.Int
}

const (
	tailPrefix  = "view"
	statePrefix = "state"
	none        = "-"
)

// longestChannel is how long Grafana lets "ds/<uid>/<path>" be.
const longestChannel = 160

// Channel is the address of a path of a data source. Grafana's bound on it is an error.
func Channel(uid string, p Path) (string, error) {
	channel := "ds/" + uid + "/" + p.String()
	if len(channel) > longestChannel {
		return "", fmt.Errorf("the names and conditions are too long for a stream: %d characters of at most %d", len(channel), longestChannel)
	}
	return channel, nil
}

// String is the path as it is in an address.
func (p Path) String() string {
	shown := fmt.Sprintf("%d.%s.%s", p.Format, p.mask.mask.Text(16), p.mask.check)
	if p.mask.labels.Sign() > 0 {
		shown += "." + p.mask.labels.Text(16)
	}
	parts := []string{tailPrefix, encode(p.View), shown, encode(p.Where)}
	if p.State {
		parts[0] = statePrefix
		return strings.Join(parts, "/")
	}
	return strings.Join(append(parts, strconv.FormatInt(p.After, 10)), "/")
}

func encode(s string) string {
	if s == "" {
		return none
	}
	return base64.RawURLEncoding.EncodeToString([]byte(s))
}

func decode(s string) (string, error) {
	if s == none {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(s)
	return string(text), err
}

// Of makes the path of some columns of a view; no columns are all of them.
func Of(view *weir.View, show []string, p Path) (Path, error) {
	p.View = view.Name
	p.mask = columns{mask: new(big.Int), check: checkOf(view.Columns), labels: new(big.Int)}
	known := map[string]bool{}
	for i, c := range view.Columns {
		if len(show) == 0 || contains(show, c.Name) {
			p.mask.mask.SetBit(p.mask.mask, i, 1)
			p.Columns = append(p.Columns, c.Name)
			known[c.Name] = true
		}
		if contains(p.Labels, c.Name) {
			p.mask.labels.SetBit(p.mask.labels, i, 1)
		}
	}
	for _, name := range show {
		if !known[name] {
			return Path{}, fmt.Errorf("view %s has no column %s", view.Name, name)
		}
	}
	return p, nil
}

func contains(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}

// checkOf tells whether a view's columns are those of another time.
func checkOf(all []weir.Column) string {
	h := crc32.NewIEEE()
	for _, c := range all {
		fmt.Fprintf(h, "%s\x00%s\x00", c.Name, c.Type)
	}
	return fmt.Sprintf("%04x", h.Sum32()&0xffff)
}

var errPath = errors.New("this is no path of a stream: view/<view>/<columns>/<filter>/<epoch>, or state/<view>/<columns>/<filter>")

// Parse takes a path apart. The columns' names are not known until Resolve.
func Parse(text string) (Path, error) {
	parts := strings.Split(text, "/")
	p := Path{State: parts[0] == statePrefix}
	isState, isTail := p.State && len(parts) == 4, parts[0] == tailPrefix && len(parts) == 5
	if !isState && !isTail {
		return Path{}, errPath
	}
	var err, whereErr, afterErr error
	p.View, err = decode(parts[1])
	p.Where, whereErr = decode(parts[3])
	if !p.State {
		p.After, afterErr = strconv.ParseInt(parts[4], 10, 64)
	}
	if err != nil || whereErr != nil || afterErr != nil || p.View == "" {
		return Path{}, errPath
	}
	if p.Format, p.mask, err = parseShown(strings.Split(parts[2], ".")); err != nil {
		return Path{}, err
	}
	return p, nil
}

// parseShown reads the part that says what is shown, and how.
func parseShown(parts []string) (Format, columns, error) {
	if len(parts) != 3 && len(parts) != 4 {
		return 0, columns{}, errPath
	}
	format, err := strconv.Atoi(parts[0])
	mask, ok := new(big.Int).SetString(parts[1], 16)
	labels, labelled := new(big.Int), true
	if len(parts) == 4 {
		labels, labelled = labels.SetString(parts[3], 16)
	}
	if err != nil || !ok || !labelled || format < int(Series) || format > int(Logs) {
		return 0, columns{}, errPath
	}
	return Format(format), columns{mask, parts[2], labels}, nil
}

// Resolve finds out what the path's columns are called.
func (p Path) Resolve(view *weir.View) (Path, error) {
	if checkOf(view.Columns) != p.mask.check {
		return Path{}, fmt.Errorf("view %s has other columns now than when the panel was loaded: reload the dashboard", p.View)
	}
	for i, c := range view.Columns {
		if p.mask.mask.Bit(i) == 1 {
			p.Columns = append(p.Columns, c.Name)
		}
		if p.mask.labels.Bit(i) == 1 {
			p.Labels = append(p.Labels, c.Name)
		}
	}
	return p, nil
}
