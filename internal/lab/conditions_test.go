package lab

import (
	"testing"
	"testing/fstest"
)

func TestConditionsAreThoseOfTheMachine(t *testing.T) {
	c := observe(fstest.MapFS{
		"cpuinfo":              {Data: []byte("processor\t: 0\nmodel name\t: Fast One\nmodel name\t: Other\n")},
		"loadavg":              {Data: []byte("0.42 0.1 0.0 1/100 7\n")},
		"sys/kernel/osrelease": {Data: []byte("6.1.0-test\n")},
	})
	if c.Machine != "Fast One" || c.LoadBefore != "0.42" || c.Kernel != "6.1.0-test" || c.Cores < 1 {
		t.Errorf("%+v", c)
	}
	if c := observe(fstest.MapFS{}); c.Machine == "" || c.Kernel != unknown || c.LoadBefore != unknown {
		t.Errorf("%+v", c)
	}
	if Here().Cores < 1 || Load() == "" {
		t.Error("nothing is known of this machine")
	}
}

func TestConditionsSayWhatWasMeantAndWhatWasNot(t *testing.T) {
	for _, tt := range []struct {
		c    Conditions
		want string
	}{
		{Conditions{Rounds: 20}, "20 of each cell"},
		{Conditions{Rounds: 1, Quick: true}, "1 of each cell, quick"},
		{Conditions{Rounds: 20, CutShort: true}, "20 of each cell, cut short"},
	} {
		told := make(map[string]string)
		for _, c := range tt.c.list() {
			told[c[0]] = c[1]
		}
		if told["trials"] != tt.want || told["pre-roll"] != "0 frames" {
			t.Errorf("%+v: %v", tt.c, told)
		}
	}
}
