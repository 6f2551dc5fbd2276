package bufcore

import (
	"flag"
	"os"
	"testing"
)

// sequences is how many whole operation sequences each property sees unless
// -rapid.checks says otherwise.
const sequences = "10000"

func TestMain(m *testing.M) {
	flag.Parse()
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == "rapid.checks" })
	if !said {
		flag.Set("rapid.checks", sequences)
	}
	os.Exit(m.Run())
}
