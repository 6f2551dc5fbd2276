package standby

import (
	"fmt"
	"strconv"
	"strings"
)

// word is a part of a line: value, or key=value.
type word struct{ key, value string }

// split reads a line's words.
func split(line string) ([]word, error) {
	var words []word
	for {
		line = strings.TrimLeft(line, " \t\r")
		if line == "" {
			return words, nil
		}
		w, rest, err := first(line)
		if err != nil {
			return nil, err
		}
		words = append(words, w)
		line = rest
	}
}

// first reads a line's first word.
func first(line string) (w word, rest string, err error) {
	end := strings.IndexAny(line, " \t\r\"=")
	if end > 0 && line[end] == '=' {
		w.key, line = line[:end], line[end+1:]
	}
	if strings.HasPrefix(line, `"`) {
		w.value, line, err = unquote(line)
	} else {
		end = strings.IndexAny(line+" ", " \t\r")
		w.value, line = line[:end], line[end:]
		if strings.ContainsAny(w.value, `"=`) {
			err = fmt.Errorf("%s wants double quotes around all of it", short(w.value))
		}
	}
	return w, line, err
}

func unquote(line string) (value, rest string, err error) {
	quoted, err := strconv.QuotedPrefix(line)
	if err != nil {
		return "", "", fmt.Errorf("%s has no closing quote", short(line))
	}
	if value, err = strconv.Unquote(quoted); err != nil {
		return "", "", fmt.Errorf("%s: %w", short(quoted), err)
	}
	rest = line[len(quoted):]
	if rest != "" && !strings.ContainsAny(rest[:1], " \t\r") {
		return "", "", fmt.Errorf("no space after %s", short(quoted))
	}
	return value, rest, nil
}

const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%"

// quote is what split reads s from.
func quote(s string) string {
	if s == "" || strings.Trim(s, plain) != "" {
		return strconv.Quote(s)
	}
	return s
}

// short quotes what may be long or not text.
func short(s string) string {
	const most = 40
	if len(s) > most {
		return fmt.Sprintf("%+q...", s[:most])
	}
	return fmt.Sprintf("%+q", s)
}

// oneLine is text without line ends.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

// fields reads words of key=value, each at most once.
func fields(words []word, set func(key, value string) error) error {
	seen := make(map[string]bool)
	for _, w := range words {
		if seen[w.key] {
			return fmt.Errorf("%s comes twice", short(w.key))
		}
		seen[w.key] = true
		if err := set(w.key, w.value); err != nil {
			return fmt.Errorf("%s of %s: %w", short(w.key), short(w.value), err)
		}
	}
	return nil
}
