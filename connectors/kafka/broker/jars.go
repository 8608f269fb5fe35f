package broker

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// Version is Kafka's, as in pom.xml.
const Version = "4.3.1"

// fetchTimeout bounds the one download.
const fetchTimeout = 5 * time.Minute

//go:embed pom.xml
var pom []byte

// jars returns the folder of Kafka's jars, and fetches them from Maven Central if it is not there yet.
func jars() (string, error) {
	cache, err := CacheDir()
	if err != nil {
		return "", &UnavailableError{fmt.Sprintf("no cache folder for Kafka's jars: set WEIR_CACHE to one: %v", err)}
	}
	dir := filepath.Join(cache, "kafka-"+Version)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if _, err := exec.LookPath("mvn"); err != nil {
		return "", &UnavailableError{"no mvn: install Maven (apt install maven, brew install maven), which fetches Kafka " + Version + " once"}
	}
	if err := fetch(cache, dir); err != nil {
		return "", &UnavailableError{fmt.Sprintf("cannot fetch Kafka %s from Maven Central (needs a connection once; jars are kept in %s): %v",
			Version, dir, err)}
	}
	return dir, nil
}

// CacheDir is where downloads are kept: $WEIR_CACHE, or the user's own folder for such things.
func CacheDir() (string, error) {
	if dir := os.Getenv("WEIR_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "weir"), err
}

// fetch downloads into a folder of its own and renames that, so that several processes may fetch at once.
func fetch(cache, dir string) error {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(cache, "fetching-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	if err := os.WriteFile(filepath.Join(work, "pom.xml"), pom, 0o600); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
	defer cancel()
	libs := filepath.Join(work, "libs")
	cmd := exec.CommandContext(ctx, "mvn", "-B", "-q", "dependency:copy-dependencies", "-DoutputDirectory="+libs)
	cmd.Dir = work
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out[:min(len(out), 500)])
	}
	err = os.Rename(libs, dir)
	if _, there := os.Stat(dir); there == nil {
		return nil // ours, or another process's
	}
	return err
}
