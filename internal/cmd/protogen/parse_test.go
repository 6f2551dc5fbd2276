package main

import (
	"strings"
	"testing"

	"twostep/internal/testmain"
)

func TestMain(m *testing.M) { testmain.Run(m) }

// Lines 1 to 3 of every file below; what a test says begins on line 4.
const (
	badHead = "<?xml version=\"1.0\"?>\n<protocol name=\"bad\">\n<interface name=\"bad_thing\" version=\"2\">\n"
	badTail = "\n</interface>\n</protocol>\n"
)

// generated returns the error of generating from text, which is all of a file.
func generated(text string) error {
	proto, err := parse("bad.xml", []byte(text))
	if err != nil {
		return err
	}
	m := &manifest{Sources: []*source{{}}}
	return resolve(m, []*protocol{proto})
}

func TestMistakesAreReportedWithTheirLine(t *testing.T) {
	arg := func(attrs string) string { return "<request name=\"ask\">\n\n<arg " + attrs + "/>\n</request>" }
	tests := []struct {
		name, text, want string
	}{
		{"unknown argument type", arg(`name="x" type="float"`), `bad.xml:6: argument x: unknown type "float"`},
		{"no argument type", arg(`name="x"`), `bad.xml:6: argument x: unknown type ""`},
		{"no argument name", arg(`type="int"`), `bad.xml:6: <arg>: bad name ""`},
		{"bad name", arg(`name="X-1" type="int"`), `bad.xml:6: <arg>: bad name "X-1"`},
		{"unknown attribute", arg(`name="x" type="int" nullable="true"`), `bad.xml:6: <arg> has no attribute "nullable"`},
		{"interface of an int", arg(`name="x" type="int" interface="bad_thing"`), `bad.xml:6: argument x: type int has no interface`},
		{"enum of a string", arg(`name="x" type="string" enum="e"`), `bad.xml:6: argument x: type string has no enum`},
		{"null int", arg(`name="x" type="int" allow-null="true"`), `bad.xml:6: argument x: type int cannot be null`},
		{"null new id", arg(`name="x" type="new_id" allow-null="true"`), `bad.xml:6: argument x: type new_id cannot be null`},
		{"neither true nor false", arg(`name="x" type="string" allow-null="yes"`), `bad.xml:6: <arg> x: allow-null is "yes"`},
		{"unknown interface", arg(`name="x" type="object" interface="no_thing"`), `bad.xml:6: argument x: unknown interface "no_thing"`},
		{"unknown enum", arg(`name="x" type="uint" enum="kind"`), `bad.xml:6: argument x: unknown enum "kind"`},
		{"unknown enum elsewhere", arg(`name="x" type="uint" enum="no_thing.kind"`), `bad.xml:6: argument x: unknown enum "no_thing.kind"`},
		{"untyped new id in an event", "<event name=\"e\">\n<arg name=\"x\" type=\"new_id\"/></event>", `bad.xml:5: argument x: the new_id of an event needs an interface`},
		{"duplicate argument", "<request name=\"ask\">\n<arg name=\"x\" type=\"int\"/>\n<arg name=\"x\" type=\"int\"/></request>", `bad.xml:6: duplicate argument "x", first on line 5`},
		{"duplicate request", "<request name=\"ask\"/>\n<event name=\"ask\"/>\n<request name=\"ask\"/>", `bad.xml:6: duplicate request "ask", first on line 4`},
		{"duplicate event", "<event name=\"tell\"/>\n<event name=\"tell\"/>", `bad.xml:5: duplicate event "tell"`},
		{"duplicate enum", "<enum name=\"e\"><entry name=\"a\" value=\"1\"/></enum>\n<enum name=\"e\"><entry name=\"a\" value=\"1\"/></enum>", `bad.xml:5: duplicate enum "e"`},
		{"duplicate entry", "<enum name=\"e\">\n<entry name=\"a\" value=\"1\"/>\n<entry name=\"a\" value=\"2\"/></enum>", `bad.xml:6: duplicate entry "a"`},
		{"enum without entries", "\n<enum name=\"e\"/>", `bad.xml:5: enum e has no entry`},
		{"entry without value", "<enum name=\"e\">\n<entry name=\"a\"/></enum>", `bad.xml:5: entry a: bad value ""`},
		{"entry too large", "<enum name=\"e\">\n<entry name=\"a\" value=\"4294967296\"/></enum>", `bad.xml:5: entry a: bad value "4294967296"`},
		{"octal entry", "<enum name=\"e\">\n<entry name=\"a\" value=\"0o7\"/></enum>", `bad.xml:5: entry a: bad value "0o7"`},
		{"since above the version", "\n\n<event name=\"tell\" since=\"3\"/>", `bad.xml:6: <event> tell: since "3" is not a version of bad_thing, 1 to 2`},
		{"since zero", "<event name=\"tell\" since=\"0\"/>", `bad.xml:4: <event> tell: since "0"`},
		{"since no number", "<event name=\"tell\" since=\"two\"/>", `bad.xml:4: <event> tell: since "two"`},
		{"since falls", "<request name=\"a\" since=\"2\"/>\n<event name=\"e\"/>\n<request name=\"b\"/>", `bad.xml:6: request b: since 1 is lower than its predecessor's, 2`},
		{"unknown message type", "<request name=\"a\" type=\"destroyer\"/>", `bad.xml:4: request a: unknown type "destroyer"`},
		{"unknown element", "<message name=\"a\"/>", `bad.xml:4: <message> inside <interface>`},
		{"unknown element in a message", "<request name=\"a\">\n<entry name=\"a\"/></request>", `bad.xml:5: <entry> inside <request>`},
		{"text that is no XML", "<request name=\"a\"", `bad.xml:`},
		{"element that ends another", "<request name=\"a\">\n</event>", `bad.xml:5: element <request> closed by </event>`},
		{"same name in Go", "<enum name=\"moved\"><entry name=\"since\" value=\"1\"/></enum>\n<event name=\"moved\"/>", `are both BadThingMovedSince in Go`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := generated(badHead + test.text + badTail)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}

func TestMistakesAroundInterfaces(t *testing.T) {
	thing := func(version string) string {
		return "<protocol name=\"bad\">\n<interface name=\"a\" version=\"" + version + "\"/>"
	}
	tests := []struct {
		name, text, want string
	}{
		{"empty file", "", "bad.xml:1: there is no single root element"},
		{"another root", "<html/>", "bad.xml:1: the root element is <html>"},
		{"no version", "<protocol name=\"bad\">\n\n<interface name=\"a\"/></protocol>", `bad.xml:3: interface a: bad version ""`},
		{"version 0", thing("0") + "</protocol>", `bad.xml:2: interface a: bad version "0"`},
		{"version that is no number", thing("1.5") + "</protocol>", `bad.xml:2: interface a: bad version "1.5"`},
		{"negative version", thing("-1") + "</protocol>", `bad.xml:2: interface a: bad version "-1"`},
		{"duplicate interface", thing("1") + "\n<interface name=\"a\" version=\"1\"/></protocol>", `bad.xml:3: duplicate interface "a", first on line 2`},
		{"unknown element", "<protocol name=\"bad\">\n<enum name=\"e\"/></protocol>", `bad.xml:2: <enum> inside <protocol>`},
		{"unclosed", thing("1"), "bad.xml:2: unexpected EOF"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := generated(test.text); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}

func TestEveryMistakeIsReported(t *testing.T) {
	err := generated(badHead + "<request name=\"A\"/>\n<request name=\"b\" since=\"7\"/>" + badTail)
	if err == nil || strings.Count(err.Error(), "bad.xml:") != 2 {
		t.Errorf("error %v", err)
	}
}

func TestGoNames(t *testing.T) {
	for name, want := range map[string]string{
		"wl_surface": "WlSurface", "twostep_lane_v1": "Lane", "twostep_lane_v2": "LaneV2", "xdg_wm_base": "XdgWmBase",
	} {
		if got := goInterface(name, "twostep_"); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"sequence_hi": "sequenceHi", "buffer_id": "bufferID", "fd": "fd", "type": "typeArg", "interface": "iface", "o": "oArg",
	} {
		if got := local(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
