package bufcore

import (
	"os"
	"path/filepath"
	"testing"
)

// TestStories tells what the model and the exploration have found, once each.
func TestStories(t *testing.T) {
	paths, err := filepath.Glob("testdata/stories/*")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			story, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			tell(t, string(story))
		})
	}
}

