package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	"github.com/weirdb/weir/cmd/weir/node"
	"github.com/weirdb/weir/cmd/weir/tracing"
)

//go:embed demo.sql
var demoSQL string

func demoCommand() *cobra.Command {
	var listen string
	var show, writable bool
	var access accessFlags
	c := &cobra.Command{
		Use:   "demo",
		Short: "Show live windows over the events of a generated online shop",
		Long:  "Generate the events of an online shop, keep five views over them, and serve the console. Nothing else is needed; results go to a temporary database.",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if show {
				fmt.Print(demoSQL)
				return nil
			}
			return demo(c.Context(), listen, &access, writable)
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "address of the console")
	access.add(c.Flags())
	c.Flags().BoolVar(&writable, "writable", false, writableDoc)
	c.Flags().BoolVar(&show, "print", false, "print the demo's statements instead")
	return c
}

func demo(ctx context.Context, listen string, access *accessFlags, writable bool) (err error) {
	g, err := access.guard()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "weir-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	handler := slog.NewTextHandler(os.Stderr, nil)
	traces, err := tracing.Start(ctx, version, slog.New(handler))
	if err != nil {
		return err
	}
	defer traces.Close()
	n, err := node.Open(ctx, node.Options{
		DB: filepath.Join(dir, "demo.duckdb"), Workers: runtime.NumCPU(), CommitInterval: 500 * time.Millisecond,
		MemoryLimit: "1GB", Threads: 2, Writable: writable, Log: slog.New(traces.Logs(handler)), Tracer: traces.Tracer(),
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Close()) }()
	if _, err := n.Apply(ctx, demoSQL); err != nil {
		return err
	}
	stop, err := serve(listen, n, traces, g, &queryLimits{rows: 1_000_000})
	if err != nil {
		return err
	}
	defer stop()
	fmt.Fprintln(os.Stderr, "Ctrl-C ends the demo. `weir sql` asks it; `weir demo --print` shows its statements.")
	defer showProgress(n)()
	return n.Run(ctx)
}
