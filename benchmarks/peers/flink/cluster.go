// Package flink runs Apache Flink on this machine, to be measured beside Weir: one job manager, one task manager, and the SQL
// gateway that statements go through. It needs Java 17, and Maven and pip to fetch the jars once (350 MB, cached).
//
//	jars, err := flink.Install(ctx, log)
//	c, err := flink.Start(ctx, jars, slots)
//	defer c.Stop()
//	s, err := c.Session(ctx, settings)
//	job, err := s.Submit(ctx, "INSERT INTO …")
//	err = c.Await(ctx, job)
//
// Everything is said over HTTP, as Flink documents its REST APIs; gateway.go has the SQL gateway's, jobs.go the job manager's.
package flink

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/weirdb/weir/benchmarks/bench"
	"github.com/weirdb/weir/benchmarks/kafka/process"
)

// patience is how long the cluster may take to start.
const patience = 5 * time.Minute

// Cluster is a running Flink.
type Cluster struct {
	dir   string // of its own files
	jars  string
	slots int
	ports ports
	all   []*process.Process
}

// Start starts a cluster with so many slots and waits until it takes statements. jars is what Install has returned. The end of ctx
// kills it; otherwise the caller stops it.
func Start(ctx context.Context, jars string, slots int) (c *Cluster, err error) {
	c = &Cluster{jars: jars, slots: slots}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("start Flink: %w", err), c.Stop())
		}
	}()
	if c.dir, err = bench.TempDir(); err != nil {
		return nil, err
	}
	if c.ports, err = freePorts(); err != nil {
		return nil, err
	}
	if err = writeConfig(c.dir, c.ports, slots); err != nil {
		return nil, err
	}
	for _, class := range []string{jobManager, taskManager, gateway} {
		p, err := process.Start(c.command(ctx, class), 0)
		if err != nil {
			return nil, err
		}
		c.all = append(c.all, p)
	}
	return c, c.ready(ctx)
}

// ready waits until the task manager has registered and the gateway answers.
func (c *Cluster) ready(ctx context.Context) error {
	end := time.Now().Add(patience)
	for {
		var overview struct{ Taskmanagers int }
		err := get(ctx, c.rest("/overview"), &overview)
		if err == nil && overview.Taskmanagers > 0 {
			if err = get(ctx, c.gateway("/v2/info"), nil); err == nil {
				return nil
			}
		}
		for _, p := range c.all {
			if p.Ended() {
				return p.Failed(errors.New("a process has ended"))
			}
		}
		if ctx.Err() != nil || time.Now().After(end) {
			return errors.Join(errors.New("it is not ready"), ctx.Err(), err)
		}
		time.Sleep(pause)
	}
}

func (c *Cluster) rest(path string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s", c.ports.rest, path)
}
func (c *Cluster) gateway(path string) string {
	return fmt.Sprintf("http://127.0.0.1:%d%s", c.ports.gateway, path)
}

// Usage is what all processes have used so far: CPU time and peaks of memory, added up.
func (c *Cluster) Usage() (total bench.Usage, err error) {
	for _, p := range c.all {
		u, err := p.Usage()
		if err != nil {
			return total, err
		}
		total.CPU += u.CPU
		total.PeakRSS += u.PeakRSS
	}
	return total, nil
}

// Stop ends the cluster and removes its files.
func (c *Cluster) Stop() error {
	for _, p := range c.all {
		p.Kill() // its state is of no use to anybody
	}
	if c.dir == "" {
		return nil
	}
	return os.RemoveAll(c.dir)
}
