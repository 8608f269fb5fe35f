package node

import (
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/weirdb/weir/engine"
)

// SourceDir is the folder of what a source keeps beside its database; empty if the database is in memory.
func SourceDir(db, source string) string {
	if db == "" {
		return ""
	}
	return filepath.Join(db+".journal", strings.ReplaceAll(url.PathEscape(strings.ToLower(source)), ".", "%2E"))
}

// receive notes that a source takes events, if it does.
func (n *Node) receive(name string, s engine.Source) {
	h, ok := s.(http.Handler)
	if !ok {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.receivers == nil {
		n.receivers = map[string]http.Handler{}
	}
	n.receivers[name] = h
}

// Receivers are what takes the events that are sent to sources, by the source's name. All are there once Ready is nil.
func (n *Node) Receivers() map[string]http.Handler {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.receivers)
}
