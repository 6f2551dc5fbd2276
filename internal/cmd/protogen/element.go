package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// element is an XML element without its text.
type element struct {
	name     string
	attrs    map[string]string
	line     int
	children []*element
}

// fault is one thing wrong with a protocol file.
type fault struct {
	file string
	line int
	text string
}

func (f *fault) Error() string { return fmt.Sprintf("%s:%d: %s", f.file, f.line, f.text) }

// readElements returns the root element of text.
func readElements(file string, text []byte) (*element, error) {
	decoder := xml.NewDecoder(bytes.NewReader(text))
	stack := []*element{{}}
	for {
		line, _ := decoder.InputPos()
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, syntaxFault(file, line, err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := newElement(token, line)
			parent := stack[len(stack)-1]
			parent.children = append(parent.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
	if len(stack[0].children) != 1 {
		return nil, &fault{file, 1, "there is no single root element"}
	}
	return stack[0].children[0], nil
}

func newElement(token xml.StartElement, line int) *element {
	e := &element{name: token.Name.Local, attrs: map[string]string{}, line: line}
	for _, a := range token.Attr {
		e.attrs[a.Name.Local] = a.Value
	}
	return e
}

func syntaxFault(file string, line int, err error) error {
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) {
		return &fault{file, syntax.Line, syntax.Msg}
	}
	return &fault{file, line, err.Error()}
}
