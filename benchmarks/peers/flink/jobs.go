package flink

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// over are the states that a job does not leave.
var over = []string{"FINISHED", "FAILED", "CANCELED", "SUSPENDED"}

// Await waits until a job has finished. One that ends otherwise is an error.
func (c *Cluster) Await(ctx context.Context, job string) error {
	state, err := c.await(ctx, job)
	if err != nil || state == "FINISHED" {
		return err
	}
	var exceptions struct {
		History struct {
			Entries []struct{ Stacktrace string }
		} `json:"exceptionHistory"`
	}
	_ = get(ctx, c.rest("/jobs/"+job+"/exceptions"), &exceptions) // the state says enough if this fails
	return fmt.Errorf("flink: job %s is %s: %v", job, state, exceptions.History.Entries)
}

func (c *Cluster) await(ctx context.Context, job string) (string, error) {
	for {
		var answer struct{ State string }
		if err := get(ctx, c.rest("/jobs/"+job), &answer); err != nil {
			return "", fmt.Errorf("flink: look at job %s: %w", job, err)
		}
		if slices.Contains(over, answer.State) {
			return answer.State, nil
		}
		time.Sleep(pause)
	}
}

// Cancel ends a job.
func (c *Cluster) Cancel(ctx context.Context, job string) error {
	if err := send(ctx, http.MethodPatch, c.rest("/jobs/"+job+"?mode=cancel"), nil, nil); err != nil {
		return fmt.Errorf("flink: cancel job %s: %w", job, err)
	}
	_, err := c.await(ctx, job)
	return err
}

// Checkpoints is how many checkpoints a job has completed.
func (c *Cluster) Checkpoints(ctx context.Context, job string) (int64, error) {
	var answer struct{ Counts struct{ Completed int64 } }
	if err := get(ctx, c.rest("/jobs/"+job+"/checkpoints"), &answer); err != nil {
		return 0, fmt.Errorf("flink: count checkpoints of job %s: %w", job, err)
	}
	return answer.Counts.Completed, nil
}
