package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/connectors"
)

func explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain FILE.sql...",
		Short: "Print the plan of each view in files, without running anything",
		Long: `Print the plan of each view: its operators, the columns that are decoded for it, when its rows are written, and which
expressions are computed by Weir's own kernels and which in DuckDB.`,
		Example: "  weir explain bids.sql",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(_ *cobra.Command, files []string) error { return explain(files) },
	}
}

func explain(files []string) error {
	db, err := sql.Open("duckdb", "") // for the tables that the files make
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Conn(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	c, p, err := node.NewCatalog(connectors.All, node.SQLTables{Conn: conn, Database: "memory"})
	if err != nil {
		return err
	}
	defer p.Close()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if _, err := c.Apply(string(text)); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	for _, v := range c.Views {
		fmt.Printf("view %s\n%s\n", v.Name, c.Explain(v))
	}
	return nil
}
