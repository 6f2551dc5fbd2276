// Command watch joins a stream, by token or by the name of a listed one, and
// prints the stamp of each of its frames, read in place. It is the smallest
// client there is: try "camapp --listed" and "watch camera".
package main

import (
	"fmt"
	"log"
	"os"

	"twostep/bufcore"
	"twostep/client"
	"twostep/fourcc"
	"twostep/internal/stamp"
)

var device = bufcore.Device{Name: "watch", Limits: bufcore.Limits{
	Access: bufcore.CPURead, Formats: []fourcc.Format{{Code: fourcc.YUYV}, {Code: fourcc.NV12}}}}

func main() {
	log.SetFlags(0)
	conn, err := client.Dial("")
	if err != nil {
		log.Fatal(err)
	}
	watch(conn, os.Args[len(os.Args)-1])
	for err == nil {
		if err = conn.Flush(); err == nil {
			err = conn.Dispatch(<-conn.Batches())
		}
	}
	log.Fatal(err)
}

// watch asks for the frames of a stream; Dispatch calls back with them.
func watch(conn *client.Conn, name string) {
	var stream *client.Stream
	var reader *client.Attachment
	refused := func(r *client.Refusal) { log.Print(r) }
	frame := func(f client.Frame) {
		if n, err := stamp.ReadFrame(f.Buffer.Layout, f.Buffer.Mem); err != nil {
			log.Print(err)
		} else {
			fmt.Println(n)
		}
		_ = reader.Release(f) // it is held
	}
	attach := func(_, _ int) {
		way := client.Options{Way: bufcore.Fit, Moves: true}
		reader = stream.Set(nil).Consume(device, way, client.Consumer{Refused: refused, Frame: frame})
	}
	events := client.StreamEvents{Refused: refused, Current: attach, Ended: func() { log.Fatal("it has ended") }}
	if token, err := client.ParseToken(name); err == nil {
		stream = conn.Join(token, events)
	} else {
		stream = conn.JoinListed(name, events)
	}
}
