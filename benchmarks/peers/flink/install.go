package flink

import (
	"archive/zip"
	"context"
	_ "embed"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/weirdb/weir/connectors/kafka/broker"
)

// Version is Flink's, as in pom.xml.
const Version = "2.3.0"

// fetchTimeout bounds the one download.
const fetchTimeout = 20 * time.Minute

//go:embed pom.xml
var pom []byte

// needs are the programs that a download or a run takes, with what installs them.
var needs = []struct{ program, install string }{
	{"java", "Java 17 (apt install openjdk-17-jre-headless, brew install openjdk@17)"},
	{"mvn", "Maven (apt install maven, brew install maven), which fetches Flink's Kafka connector and SQL gateway once"},
	{"python3", "Python 3 with pip (apt install python3-pip, brew install python), which fetches Flink's distribution once"},
}

// lacking says what must be installed first; nothing if all is there. Who has Flink in the cache needs Java only.
func lacking(cached bool) error {
	for _, n := range needs {
		if _, err := exec.LookPath(n.program); err != nil && (n.program == "java" || !cached) {
			return fmt.Errorf("no %s: install %s", n.program, n.install)
		}
	}
	return nil
}

// Install returns the folder with Flink's jars, and fetches them if they are not in the cache yet. Flink's distribution is not on
// Maven Central; the Python package apache-flink-libraries holds its jars (330 MB). The error names what this machine lacks.
func Install(ctx context.Context, log io.Writer) (string, error) {
	cache, err := broker.CacheDir()
	if err != nil {
		return "", fmt.Errorf("no cache folder for Flink's jars: set WEIR_CACHE to one: %w", err)
	}
	dir := filepath.Join(cache, "flink-"+Version)
	_, missing := os.Stat(dir)
	if err := lacking(missing == nil); err != nil || missing == nil {
		return dir, err
	}
	fmt.Fprintf(log, "fetching Flink %s into %s (330 MB, once)\n", Version, dir)
	if err := fetch(ctx, cache, dir); err != nil {
		return "", fmt.Errorf("fetch Flink %s: %w", Version, err)
	}
	return dir, nil
}

// fetch downloads into a folder of its own and renames that, so that a broken download leaves nothing behind.
func fetch(ctx context.Context, cache, dir string) error {
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
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	if err := download(ctx, work, "mvn", "-B", "-q", "dependency:copy-dependencies", "-DoutputDirectory="+filepath.Join(work, "jars")); err != nil {
		return err
	}
	if err := download(ctx, work, "python3", "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:", "-d", "wheel",
		"apache-flink-libraries=="+Version); err != nil {
		return err
	}
	wheels, _ := filepath.Glob(filepath.Join(work, "wheel", "*.whl")) // the pattern is right
	if len(wheels) != 1 {
		return fmt.Errorf("pip has left %d wheels, want 1", len(wheels))
	}
	if err := extract(wheels[0], "pyflink/lib/", filepath.Join(work, "jars")); err != nil {
		return fmt.Errorf("extract %s: %w", wheels[0], err)
	}
	return os.Rename(filepath.Join(work, "jars"), dir)
}

func download(ctx context.Context, dir string, program string, args ...string) error {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, out[max(0, len(out)-1000):])
	}
	return nil
}

// extract writes the jars that lie in one folder of an archive into another.
func extract(archive, from, to string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer func() { _ = z.Close() }() // it was only read
	for _, f := range z.File {
		name, ok := strings.CutPrefix(f.Name, from)
		if !ok || strings.Contains(name, "/") || filepath.Ext(name) != ".jar" {
			continue
		}
		if err := extractFile(f, filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

func extractFile(f *zip.File, path string) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
