package steps

import (
	"testing"

	"twostep/internal/testmain"
)

func TestMain(m *testing.M) { testmain.Run(m) }
