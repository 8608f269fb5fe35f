package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDamagedState: a bit that has changed in any file of a view's state stops that view when Weir starts, with an error that names the file and
// the way out; the view's table stays, and the others go on. With the file put back the view goes on where it stood; made anew it is computed anew.
func TestDamagedState(t *testing.T) {
	path, l := filepath.Join(t.TempDir(), "weir.duckdb"), &replayed{lines: numbered(0, 50)}
	views := strings.TrimPrefix(pausedViews, source)
	n := openLog(t, path, l)
	apply(t, n, pausedViews, "")
	stop := run(t, n)
	holds(t, n, 50)
	await(t, n, "SELECT n FROM other", "50")
	stop()
	shut(t, n)
	files, err := filepath.Glob(filepath.Join(path+".state", "*-v-*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("files of state: %v, %v", files, err)
	}
	lines := 50
	for _, file := range files {
		sound, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		damage(t, file, sound)
		n = openLog(t, path, l)
		apply(t, n, pausedViews, "")
		stop = run(t, n)
		l.add(numbered(lines, 5)...)
		lines += 5
		await(t, n, "SELECT n FROM other", number(int64(lines)))
		rows := ""
		for deadline := time.Now().Add(20 * time.Second); !strings.Contains(rows, "v s changes failed") && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			rows = strings.Join(showRows(t, n, "SHOW QUERIES"), "\n")
		}
		for _, part := range []string{"v s changes failed", file, "the file is damaged", "DROP the view and CREATE it anew"} {
			if !strings.Contains(rows, part) {
				t.Errorf("SHOW QUERIES lacks %q: %s", part, rows)
			}
		}
		holds(t, n, 50)
		stop()
		shut(t, n)
		if err := os.WriteFile(file, sound, 0o644); err != nil {
			t.Fatal(err)
		}
	}

	n = openLog(t, path, l)
	apply(t, n, pausedViews, "")
	stop = run(t, n)
	holds(t, n, lines)
	stop()
	shut(t, n)

	files, _ = filepath.Glob(filepath.Join(path+".state", "*-v-*"))
	for _, file := range files {
		damage(t, file, nil)
	}
	n = openLog(t, path, l)
	defer shut(t, n)
	apply(t, n, "DROP MATERIALIZED VIEW v", "")
	apply(t, n, views, "")
	defer run(t, n)()
	holds(t, n, lines)
}

// damage changes a bit in the middle of a file; one of which nothing is given becomes empty.
func damage(t *testing.T, file string, sound []byte) {
	t.Helper()
	damaged := append([]byte(nil), sound...)
	if len(damaged) > 0 {
		damaged[len(damaged)/2] ^= 0x10
	}
	if err := os.WriteFile(file, damaged, 0o644); err != nil {
		t.Fatal(err)
	}
}
