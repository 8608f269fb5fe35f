package file

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// sidecar says how far a sink's file is valid. It lies beside it and is replaced as a whole.
type sidecar struct {
	Epoch   int64  `json:"epoch"`             // the last one written
	Length  int64  `json:"length"`            // bytes of the file up to there
	Header  string `json:"header,omitempty"`  // CSV: the header line
	Weights bool   `json:"weights,omitempty"` // CSV: whether the lines have weights
}

func sidecarPath(path string) string { return path + ".weir" }

// readSidecar reports false if there is none yet.
func readSidecar(path string) (sidecar, bool, error) {
	s := sidecar{Epoch: -1}
	text, err := os.ReadFile(sidecarPath(path))
	if errors.Is(err, fs.ErrNotExist) {
		return s, false, nil
	}
	if err != nil {
		return s, false, fmt.Errorf("file: %w", err)
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, false, fmt.Errorf("file: read %s: %w", sidecarPath(path), err)
	}
	return s, true, nil
}

// write replaces the sidecar: a crash leaves the old one or the new one.
func (s sidecar) write(path string) error {
	text, err := json.Marshal(s)
	if err != nil {
		return fmt.Errorf("file: %w", err)
	}
	target := sidecarPath(path)
	if err := writeSynced(target+".new", text); err != nil {
		return fmt.Errorf("file: write %s: %w", target, err)
	}
	if err := os.Rename(target+".new", target); err != nil {
		return fmt.Errorf("file: %w", err)
	}
	return syncFolder(filepath.Dir(path))
}

func writeSynced(path string, text []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncFolder makes a rename last.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("file: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("file: sync folder %s: %w", folder, err)
	}
	return nil
}
