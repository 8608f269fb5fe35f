package main

import (
	"flag"
	"os"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write docs/connectors.md anew")

// TestConnectorsPage keeps docs/connectors.md equal to the declarations. Run with -rewrite after changing one.
func TestConnectorsPage(t *testing.T) {
	const path = "../../docs/connectors.md"
	want := connectorsDoc()
	if *rewrite {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/connectors.md is not what the connectors declare: run go test ./cmd/weir -run TestConnectorsPage -rewrite")
	}
}
