//go:build !linux

package e2e

import (
	"errors"
	"testing"
)

// smallVolume is for Linux only.
func smallVolume(t *testing.T, _ int) (dir string, err error) {
	return t.TempDir(), errors.New("only Linux mounts a tmpfs")
}

func fill(string) (path string, err error) { return "", errors.ErrUnsupported }
