package lab

import (
	"strings"
	"unicode"
)

// printable is text on one line, without what would change the text around
// it: names of devices come from anybody.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
