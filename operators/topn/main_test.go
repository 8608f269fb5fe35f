package topn

import (
	"os"
	"testing"

	"github.com/weirdb/weir/engine/spill"
)

// TestMain has all state that is not small lie in files: what is used after it was freed ends the tests.
func TestMain(m *testing.M) {
	spill.Configure(spill.Options{Dir: os.TempDir(), Resident: 1})
	os.Exit(m.Run())
}
