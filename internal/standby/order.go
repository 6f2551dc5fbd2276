package standby

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"twostep/bufcore"
	"twostep/client"
	"twostep/internal/sys"
)

// Verb is what an order wants done. The zero value is none.
type Verb string

// Verbs.
const (
	Record Verb = "record"
	Stop   Verb = "stop"
	Quit   Verb = "quit"
)

// Order is one line of the input. All but Verb are of Record alone.
type Order struct {
	Verb    Verb
	Output  string       // the file to record to
	Codec   string       // empty: the encoder's own choice
	Needs   string       // the name of a need; empty: the encoder's own choice
	Way     bufcore.Way  // to ask for when late
	Pressed sys.Time     // when record was pressed; 0: not known
	Claim   client.Token // of a reserved place; zero: none
	Report  string       // the file for what was measured; empty: none
	Force   bool         // record over a file that exists
}

var (
	errNoNumber = errors.New("not such a number")
	errUnknown  = errors.New("unknown key")
)

// ParseOrder reads a line, without its end. The error is one line that says what
// is wrong with it.
func ParseOrder(line string) (Order, error) {
	words, err := split(line)
	if err != nil {
		return Order{}, err
	}
	if len(words) == 0 {
		return Order{}, errors.New("no order; there are record, stop and quit")
	}
	o := Order{Verb: Verb(words[0].value)}
	switch {
	case words[0].key != "" || o.Verb != Record && o.Verb != Stop && o.Verb != Quit:
		return Order{}, fmt.Errorf("unknown order %s; there are record, stop and quit", short(words[0].key+words[0].value))
	case o.Verb != Record && len(words) > 1:
		return Order{}, fmt.Errorf("%s takes nothing", o.Verb)
	case o.Verb != Record:
		return o, nil
	case len(words) == 1 || words[1].key != "" || words[1].value == "":
		return Order{}, errors.New("record wants a file first")
	}
	o.Output = words[1].value
	if err := fields(words[2:], o.set); err != nil {
		return Order{}, err
	}
	return o, nil
}

func (o *Order) set(key, value string) (err error) {
	switch key {
	case "codec":
		o.Codec = value
	case "needs":
		o.Needs = value
	case "report":
		o.Report = value
	case "way":
		o.Way, err = bufcore.ParseWay(value)
	case "pressed":
		o.Pressed, err = parseTime(value)
	case "claim":
		o.Claim, err = client.ParseToken(value)
	case "force":
		if o.Force = value == "yes"; !o.Force {
			err = errors.New("not yes")
		}
	default:
		err = errUnknown
	}
	return err
}

func parseTime(s string) (sys.Time, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 {
		return 0, errNoNumber
	}
	return sys.Time(n), nil
}

// String is the line that ParseOrder reads o from.
func (o Order) String() string {
	if o.Verb != Record {
		return string(o.Verb)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "record %s", quote(o.Output))
	put := func(key, value string, there bool) {
		if there {
			fmt.Fprintf(&b, " %s=%s", key, quote(value))
		}
	}
	put("codec", o.Codec, o.Codec != "")
	put("way", o.Way.String(), o.Way != bufcore.DefaultWay)
	put("needs", o.Needs, o.Needs != "")
	put("pressed", strconv.FormatInt(int64(o.Pressed), 10), o.Pressed != 0)
	put("claim", o.Claim.String(), o.Claim != client.Token{})
	put("report", o.Report, o.Report != "")
	put("force", "yes", o.Force)
	return b.String()
}

// maxLine bounds what is kept of a line, in bytes: two paths and some words.
const maxLine = 16 << 10

// ReadOrders reads orders until there are no more, or yield returns false. Blank
// lines are nothing; every other is an order or an error. The last may lack its
// end.
func ReadOrders(r io.Reader, yield func(Order, error) bool) {
	lines := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := lines.ReadSlice('\n')
		long := err == bufio.ErrBufferFull
		for err == bufio.ErrBufferFull {
			_, err = lines.ReadSlice('\n')
		}
		switch {
		case long:
			if !yield(Order{}, fmt.Errorf("a line of more than %d bytes", maxLine)) {
				return
			}
		case strings.TrimSpace(string(line)) != "":
			if !yield(ParseOrder(strings.TrimSuffix(string(line), "\n"))) {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
