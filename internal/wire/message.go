package wire

import (
	"encoding/binary"
	"fmt"
)

// MaxMessage is the size of the largest message, header included, in bytes: the
// buffer of libwayland 1.22 and older holds no larger one.
const MaxMessage = 4096

const headerSize = 8

// Message is one message as it came off the socket. Body holds the arguments
// and is borrowed from its batch.
type Message struct {
	Object uint32
	Opcode uint16
	Body   []byte
}

// Codes of wl_display.error, which any object may raise.
const (
	InvalidObject  = 0 // an object that does not exist, or is of another interface
	InvalidMethod  = 1 // an opcode, a version or arguments that do not exist
	NoMemory       = 2 // more than the peer is granted
	Implementation = 3 // the peer's own fault
)

// DisplayID is the id of wl_display, which exists on every connection.
const DisplayID = 1

// ProtocolError says which rule a peer broke. It ends the connection: a server
// sends it as wl_display.error first. Code is one of the error enum of Object's
// interface, or of wl_display's where Object is DisplayID or the fault lies in
// the message as such.
type ProtocolError struct {
	Object uint32
	Code   uint32
	Text   string // the rule and the values, in one line
}

// Error returns "object 5: error 1: " and the text.
func (e *ProtocolError) Error() string {
	return fmt.Sprintf("object %d: error %d: %s", e.Object, e.Code, e.Text)
}

func faultf(object, code uint32, format string, args ...any) *ProtocolError {
	return &ProtocolError{Object: object, Code: code, Text: fmt.Sprintf(format, args...)}
}

// header splits the first eight bytes of b.
func header(b []byte) (object uint32, opcode uint16, size int) {
	word := binary.NativeEndian.Uint32(b[4:])
	return binary.NativeEndian.Uint32(b), uint16(word), int(word >> 16)
}

// complete returns how many leading bytes of b are whole messages. The error
// names the message behind them if its header is impossible.
func complete(b []byte) (int, error) {
	n := 0
	for len(b)-n >= headerSize {
		object, opcode, size := header(b[n:])
		if size < headerSize || size > MaxMessage || size%4 != 0 {
			return n, faultf(DisplayID, InvalidMethod,
				"message to object %d, opcode %d: size %d is not a multiple of 4 from %d to %d",
				object, opcode, size, headerSize, MaxMessage)
		}
		if n+size > len(b) {
			break
		}
		n += size
	}
	return n, nil
}

func padded(n int) int { return (n + 3) &^ 3 }
