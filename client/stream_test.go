package client

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"twostep/bufcore"
	"twostep/fourcc"
)

func TestStreamsAreListed(t *testing.T) {
	c, f := connect(t)
	f.do(func() { f.broker.Listed("b"); f.broker.Listed("a"); f.broker.Listed("c"); f.broker.Unlisted("b") })
	settle(t, c)
	if got := c.Listed(); !slices.Equal(got, []string{"a", "c"}) {
		t.Error(got)
	}
}

func TestStreamRequests(t *testing.T) {
	c, f := connect(t)
	token, err := ParseToken("00112233445566778899aabbccddeeff")
	if err != nil {
		t.Fatal(err)
	}
	c.Hello("me")
	s := c.CreateStream("cam", true, StreamEvents{})
	s.NewToken()
	s.RevokeToken(token)
	s.SetWay(bufcore.Swap)
	s.CreateSet(SetSpec{Width: 640, Height: 480, MaxBytes: 7, Count: 4, Expect: 2}).Close()
	s.Close()
	c.Join(token, StreamEvents{})
	c.JoinListed("cam", StreamEvents{})
	settle(t, c)
	want := []string{"hello me", "create_stream cam 1", "create_token", "revoke_token 00112233445566778899aabbccddeeff",
		"set_way 5", "create_set 640x480 7 4 2", "destroy 7", "destroy 6",
		"join 00112233445566778899aabbccddeeff", "join_listed cam"}
	got := f.requests()
	if len(got) != len(want) {
		t.Fatalf("%q", got)
	}
	for i := range want {
		if got[i] != want[i] && !strings.HasPrefix(want[i], "destroy") {
			t.Errorf("request %d is %q, want %q", i, got[i], want[i])
		}
	}
}

func TestStreamEvents(t *testing.T) {
	c, f := connect(t)
	var got []string
	note := func(format string, args ...any) { got = append(got, fmt.Sprintf(format, args...)) }
	s := c.CreateStream("cam", false, StreamEvents{
		Refused: func(r *Refusal) { note("refused %v %t %v", r, r.Final(), errors.Is(r, bufcore.ErrBusy)) },
		Token:   func(t Token) { note("token %v", t) },
		Current: func(w, h int) { note("current %dx%d", w, h) },
		Ended:   func() { note("ended") },
	})
	s.Set(func() { note("gone") })
	settle(t, c)
	f.do(func() {
		f.stream.Token([]byte("0123456789abcdef"))
		f.stream.Current(640, 480)
		f.set.Gone()
		f.stream.Refused(16, "taken")
		f.stream.Ended()
	})
	settle(t, c)
	want := []string{"token 30313233343536373839616263646566", "current 640x480", "gone",
		"refused taken true false", "ended"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestDeviceIsDescribed(t *testing.T) {
	c, f := connect(t)
	set := c.CreateStream("cam", false, StreamEvents{}).Set(nil)
	set.Consume(bufcore.Device{Name: "dsp", Limits: bufcore.Limits{
		Formats:     []fourcc.Format{{Code: 1, Modifier: 1 << 40}, {Code: 2}},
		StrideAlign: 64, AddressMask: 1<<36 - 1, Held: 3, Shared: 1, Access: bufcore.CPURead,
	}}, Options{Policy: bufcore.Latest, Way: bufcore.Fit}, Consumer{})
	settle(t, c)
	got := strings.Join(f.requests(), "; ")
	want := "create_stream cam 0; create_device dsp; add_format 1 1099511627776; add_format 2 0; " +
		"set_limit 1 64; set_limit 12 68719476735; set_limit 14 1; set_limit 15 3; set_limit 17 1; attach 1 1 2; destroy "
	if !strings.HasPrefix(got, want) {
		t.Errorf("%s", got)
	}
}

func TestParseTokenRejects(t *testing.T) {
	for _, s := range []string{"", "00", strings.Repeat("0", 31), strings.Repeat("0", 33), strings.Repeat("g", 32)} {
		if _, err := ParseToken(s); err == nil {
			t.Errorf("%q was accepted", s)
		}
	}
}
