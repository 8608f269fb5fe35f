package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Replay says which dead letters are to be given again: those that some view lacks, of a source and with a condition, if these are given.
type Replay struct {
	Source string `json:"source"`
	Where  string `json:"where"` // SQL over the columns of weir.dead_letters
}

// Replayed is what a replay has come to.
type Replayed struct {
	Chosen   int64 `json:"chosen"`
	Replayed int64 `json:"replayed"` // that every view has got which lacked them
	Dead     int64 `json:"dead"`     // the others, which are dead again for some view
	Late     int64 `json:"late"`     // of which some row was late
	// Problems are why letters are dead again, the most frequent first.
	Problems []ReplayProblem `json:"problems"`
}

// ReplayProblem is a reason for which letters are dead again.
type ReplayProblem struct {
	Reason  string `json:"reason"`
	Letters int64  `json:"letters"`
}

// serveReplay gives dead letters again, and answers when all of them are committed. If the client leaves, it ends with what has been begun.
func (a *api) serveReplay(w http.ResponseWriter, r *http.Request) {
	wanted, err := readReplay(http.MaxBytesReader(w, r.Body, a.options.MaxBody))
	if err != nil {
		writeProblem(w, &problem{status: http.StatusBadRequest, Code: "body",
			Message: fmt.Sprintf(`the body must be {"source": "…", "where": "…"}, from which both may be left out: %v`, err)})
		return
	}
	replayed, err := a.options.Replay(r.Context(), wanted)
	if err != nil {
		writeProblem(w, problemOf(causeOf(r.Context(), err), ""))
		return
	}
	writeJSON(w, http.StatusOK, replayed)
}

// readReplay reads a body, which may be empty.
func readReplay(body io.Reader) (r Replay, err error) {
	in := json.NewDecoder(body)
	in.DisallowUnknownFields()
	if err = in.Decode(&r); errors.Is(err, io.EOF) {
		return r, nil
	}
	if err == nil && in.More() {
		err = errors.New("there is more behind it")
	}
	return r, err
}
