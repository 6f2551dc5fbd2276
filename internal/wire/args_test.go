package wire

import (
	"bytes"
	"errors"
	"math"
	"strings"
	"testing"

	"twostep/internal/sys"
)

func TestArgumentsSurviveTheWire(t *testing.T) {
	text := "a string"
	var out Out
	out.Begin(9, 3)
	out.PutUint(math.MaxUint32)
	out.PutInt(math.MinInt32)
	out.PutFixed(FixedOf(-1.5))
	out.PutString(text)
	out.PutString("")
	out.PutNullString(&text)
	out.PutNullString(nil)
	out.PutArray([]byte{1, 2, 3, 4, 5})
	out.PutArray(nil)
	out.End()

	batch := NewBatch(out.Bytes())
	var m Message
	if !batch.Next(&m) || m.Object != 9 || m.Opcode != 3 || batch.Next(&m) {
		t.Fatalf("message %+v", m)
	}
	a := args(m.Body)
	if u, i, f := a.Uint(), a.Int(), a.Fixed(); u != math.MaxUint32 || i != math.MinInt32 || f.Float() != -1.5 {
		t.Errorf("numbers %d, %d, %v", u, i, f)
	}
	if s, empty, null, nothing := a.String(), a.String(), a.NullString(), a.NullString(); s != text || empty != "" ||
		null == nil || *null != text || nothing != nil {
		t.Errorf("strings %q, %q, %v, %v", s, empty, null, nothing)
	}
	if p, q := a.Array(), a.Array(); !bytes.Equal(p, []byte{1, 2, 3, 4, 5}) || len(q) != 0 {
		t.Errorf("arrays %v, %v", p, q)
	}
	if err := a.Done(); err != nil {
		t.Error(err)
	}
}

func TestMalformedArgumentsAreProtocolErrors(t *testing.T) {
	words := func(w ...uint32) []byte { return message(0, 0, w...)[8:] }
	text := func(n uint32, s string) []byte { return append(words(n), s...) }
	readString := func(a *Args) { _ = a.String() }
	tests := []struct {
		name string
		body []byte
		read func(*Args)
		code uint32
		text string
	}{
		{"nothing there", nil, func(a *Args) { a.Uint() }, InvalidMethod, "too few"},
		{"one word too few", words(1), func(a *Args) { a.Uint(); a.Uint() }, InvalidMethod, "4 bytes of arguments are too few"},
		{"one word too many", words(1, 2), func(a *Args) { a.Uint() }, InvalidMethod, "4 bytes are left over"},
		{"null object", words(0), func(a *Args) { a.Object() }, InvalidObject, "null"},
		{"null new id", words(0), func(a *Args) { a.NewID() }, InvalidObject, "null"},
		{"null string", words(0), readString, InvalidMethod, "null"},
		{"string without NUL", text(4, "abcd"), readString, InvalidMethod, "does not end in NUL"},
		{"string with NUL inside", text(4, "a\x00b\x00"), readString, InvalidMethod, "has a NUL at 1"},
		{"string longer than the message", text(5, "abc\x00"), readString, InvalidMethod, "5 bytes are announced and 4 left"},
		{"string whose padding is missing", text(3, "ab\x00"), readString, InvalidMethod, "announced"},
		{"string of the greatest length", text(math.MaxUint32, "abc\x00"), readString, InvalidMethod, "4294967295 bytes"},
		{"array of the greatest length", text(math.MaxUint32, "abcd"), func(a *Args) { a.Array() }, InvalidMethod, "4294967295 bytes"},
		{"no descriptor", nil, func(a *Args) { a.FD() }, InvalidMethod, "descriptor is missing"},
		{"only the first fault counts", words(0), func(a *Args) { a.Object(); a.Uint(); _ = a.String(); a.FD() }, InvalidObject, "null"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := args(test.body)
			test.read(a)
			err := a.Done()
			var fault *ProtocolError
			if !errors.As(err, &fault) {
				t.Fatalf("error %v is no protocol error", err)
			}
			if fault.Code != test.code || !strings.Contains(fault.Text, test.text) || !strings.Contains(fault.Text, "object 9") {
				t.Errorf("code %d, text %q; want %d and %q", fault.Code, fault.Text, test.code, test.text)
			}
		})
	}
}

func TestNullObjectMayBeNull(t *testing.T) {
	a := args(message(0, 0, 0)[8:])
	if id := a.NullObject(); id != 0 || a.Done() != nil {
		t.Errorf("id %d, %v", id, a.Done())
	}
}

func TestFaultClosesTheDescriptorsThatWereTaken(t *testing.T) {
	checkFDs(t)
	a := args(message(0, 0, 1, 2)[8:], memfd(t, 4096), memfd(t, 4096))
	fds := []*sys.FD{a.FD(), a.FD()}
	a.Uint()
	if err := a.Done(); err == nil {
		t.Fatal("a word is left over, and no error")
	}
	for _, fd := range fds {
		if fd.Raw() >= 0 {
			t.Errorf("%v is open", fd)
		}
	}
}

func TestDescriptorsAreTheHandlersAfterDone(t *testing.T) {
	a := args(nil, memfd(t, 4096))
	fd := a.FD()
	if err := a.Done(); err != nil {
		t.Fatal(err)
	}
	a.Reset(&Message{Body: make([]byte, 4)}, NewBatch(nil), 1)
	if a.Done() == nil || fd.Raw() < 0 {
		t.Errorf("the next message's fault closed %v", fd)
	}
}

func TestFixed(t *testing.T) {
	tests := []struct {
		in   float64
		want Fixed
	}{
		{0, 0}, {1, 256}, {-1, -256}, {0.5, 128}, {1.0 / 256, 1}, {1.0 / 1024, 0},
		{1e12, math.MaxInt32}, {-1e12, math.MinInt32}, {math.Inf(1), math.MaxInt32}, {math.NaN(), 0},
	}
	for _, test := range tests {
		if got := FixedOf(test.in); got != test.want {
			t.Errorf("FixedOf(%v) = %d, want %d", test.in, got, test.want)
		}
	}
}
