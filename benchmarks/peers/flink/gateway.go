package flink

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// pause is between questions to the SQL gateway: each costs it CPU time, which counts as Flink's.
const pause = 50 * time.Millisecond

// Session is a session of the SQL gateway.
type Session struct {
	cluster *Cluster
	path    string
}

// Session opens a session with settings, such as "parallelism.default".
func (c *Cluster) Session(ctx context.Context, settings map[string]string) (*Session, error) {
	var opened struct{ SessionHandle string }
	if err := post(ctx, c.gateway("/v2/sessions"), map[string]any{"properties": settings}, &opened); err != nil {
		return nil, fmt.Errorf("open a session of Flink's SQL gateway: %w", err)
	}
	return &Session{c, "/v2/sessions/" + opened.SessionHandle}, nil
}

// Exec runs a statement that has no rows to give, such as CREATE TABLE.
func (s *Session) Exec(ctx context.Context, statement string) error {
	_, err := s.first(ctx, statement)
	return err
}

// Submit runs an INSERT and returns the job that it has become.
func (s *Session) Submit(ctx context.Context, statement string) (job string, err error) {
	r, err := s.first(ctx, statement)
	if err == nil && r.JobID == "" {
		err = fmt.Errorf("flink: %s: it has started no job", statement)
	}
	return r.JobID, err
}

// FirstRow runs a SELECT until it has given one row, and returns its job, which runs on.
func (s *Session) FirstRow(ctx context.Context, statement string) (job string, err error) {
	r, err := s.first(ctx, statement)
	for ; err == nil && len(r.Results.Data) == 0; r, err = s.next(ctx, r) {
		if r.ResultType == "EOS" {
			return r.JobID, fmt.Errorf("flink: %s: it has no rows", statement)
		}
		time.Sleep(pause)
	}
	return r.JobID, err
}

// result is a page of an operation's result.
type result struct {
	ResultType    string // NOT_READY, PAYLOAD or EOS
	JobID         string
	NextResultURI string `json:"nextResultUri"`
	Results       struct {
		Data []struct{ Fields []json.RawMessage }
	}
}

// first starts a statement and waits for the first page of its result.
func (s *Session) first(ctx context.Context, statement string) (r result, err error) {
	var started struct{ OperationHandle string }
	if err := post(ctx, s.cluster.gateway(s.path+"/statements"), map[string]string{"statement": statement}, &started); err != nil {
		return r, fmt.Errorf("flink: %s: %w", statement, err)
	}
	r.NextResultURI = s.path + "/operations/" + started.OperationHandle + "/result/0?rowFormat=JSON"
	for {
		if r, err = s.next(ctx, r); err != nil {
			return r, fmt.Errorf("flink: %s: %w", statement, err)
		}
		if r.ResultType != "NOT_READY" {
			return r, nil
		}
		time.Sleep(pause)
	}
}

// next reads the page after another.
func (s *Session) next(ctx context.Context, r result) (next result, err error) {
	if r.NextResultURI == "" {
		return next, errors.New("the result has no further page")
	}
	err = get(ctx, s.cluster.gateway(r.NextResultURI), &next)
	if next.JobID == "" {
		next.JobID = r.JobID
	}
	return next, err
}
