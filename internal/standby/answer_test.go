package standby

import (
	"errors"
	"strings"
	"testing"

	"twostep/bufcore"
)

func TestAnswersAreLines(t *testing.T) {
	for line, want := range map[string]Answer{
		"ready":                         Ready{},
		"late swap EBUSY: it is in use": Late{Way: bufcore.Swap, Why: "EBUSY: it is in use"},
		"refused x exists":              Refused{Why: "x exists"},
		"error stop takes nothing":      Failed{Why: "stop takes nothing"},
		"recording first=7 admitted=8 first_frame=9 first_packet=10 generation=2 way=swap": Recording{
			First: 7, Admitted: 8, FirstFrame: 9, FirstPacket: 10, Generation: 2, Way: "swap"},
		"stopped last=9 frames=3 drops=0":                     Stopped{Last: 9, Frames: 3},
		`stopped last=9 frames=3 drops=1 error="disk \"full"`: Stopped{Last: 9, Frames: 3, Drops: 1, Why: `disk "full`},
	} {
		if want.String() != line {
			t.Errorf("%+v is %q, want %q", want, want, line)
		}
		if got, err := ParseAnswer(line); err != nil || got != want {
			t.Errorf("%q: %+v, %v", line, got, err)
		}
	}
}

func TestAnswerIsOneLineWhateverItSays(t *testing.T) {
	for _, a := range []Answer{Late{Why: "a\nb"}, Refused{Why: "a\r\nb"}, Failed{Why: "a\nb"}, Stopped{Why: "a\nb"}} {
		if s := a.String(); strings.ContainsAny(s, "\r\n") || !strings.Contains(s, "a; b") {
			t.Errorf("%q", s)
		}
	}
}

func TestNewerAnswersAreIgnorable(t *testing.T) {
	if _, err := ParseAnswer("progress 7"); !errors.Is(err, ErrUnknownAnswer) {
		t.Error(err)
	}
	if a, err := ParseAnswer("stopped last=9 frames=3 drops=0 bytes=17"); err != nil || a != (Stopped{Last: 9, Frames: 3}) {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestBadAnswersAreErrors(t *testing.T) {
	for _, line := range []string{"", "late", "late out x", "recording first=-1", "recording generation=4294967296",
		"recording admitted=18446744073709551615", "stopped last=x", `stopped error="`, "stopped last=1 last=2"} {
		if a, err := ParseAnswer(line); err == nil {
			t.Errorf("%q: %+v", line, a)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add("recording first=7 admitted=8 first_frame=9 first_packet=10 generation=2 way=swap")
	f.Add(`stopped last=9 frames=3 drops=1 error="x"`)
	f.Add("late swap why")
	f.Fuzz(func(t *testing.T, line string) {
		a, err := ParseAnswer(line)
		if err != nil {
			return
		}
		if back, err := ParseAnswer(a.String()); err != nil || back.String() != a.String() {
			t.Errorf("%q is %q, said again %q, %v", line, a, back, err)
		}
	})
}
