package main

import (
	"go/token"
	"slices"
	"strings"
)

// initialisms are words that Go writes in capitals.
var initialisms = []string{"id", "fd", "rgb", "bgr"}

// taken are the names that generated functions use for themselves, and the
// packages they use.
var taken = []string{"a", "h", "o", "r", "p", "opcode", "err", "wire", "sys", "nil", "string"}

// goInterface turns wl_surface into WlSurface, and with the prefix twostep_,
// twostep_lane_v1 into Lane.
func goInterface(name, prefix string) string {
	if prefix != "" && strings.HasPrefix(name, prefix) {
		name = strings.TrimSuffix(strings.TrimPrefix(name, prefix), "_v1")
	}
	return camel(name)
}

// camel turns set_buffer_id into SetBufferID.
func camel(name string) string {
	var b strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		if slices.Contains(initialisms, word) {
			b.WriteString(strings.ToUpper(word))
		} else if word != "" {
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// local turns sequence_hi into sequenceHi, and avoids what is taken.
func local(name string) string {
	first, rest, _ := strings.Cut(name, "_")
	if rest != "" {
		first += camel(rest)
	}
	switch {
	case name == "interface":
		return "iface"
	case token.IsKeyword(first), slices.Contains(taken, first):
		return first + "Arg"
	}
	return first
}
