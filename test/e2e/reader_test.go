package e2e

import (
	"context"

	"twostep/bufcore"
	"twostep/client"
	"twostep/fourcc"
)

// reader is a third program's consumer of the camera's stream.
type reader struct {
	conn       *client.Conn
	attachment *client.Attachment
	refusal    error
	frames     []uint64 // their numbers
	dropped    int
}

// join attaches a reader that does something with every frame.
func join(path, name string, held uint32, do func(*reader, client.Frame)) (*reader, error) {
	conn, err := client.Dial(path)
	if err != nil {
		return nil, err
	}
	conn.Hello(name)
	r := &reader{conn: conn}
	d := bufcore.Device{Name: name, Limits: bufcore.Limits{
		Formats: []fourcc.Format{{Code: fourcc.YUYV}}, Access: bufcore.CPURead, Held: held,
	}}
	stream := conn.JoinListed("camera", client.StreamEvents{Refused: func(f *client.Refusal) { r.refusal = f }})
	set := stream.Set(nil)
	r.attachment = set.Consume(d, client.Options{Way: bufcore.Fit, Moves: true}, client.Consumer{
		Refused: func(f *client.Refusal) {
			if f.Final() {
				r.refusal = f
			}
		},
		Dropped: func(uint64) { r.dropped++ },
		Frame: func(f client.Frame) {
			r.frames = append(r.frames, f.Sequence)
			do(r, f)
		},
	})
	set.Close()
	return r, nil
}

// serve goes on until ctx ends; the error is the connection's.
func (r *reader) serve(ctx context.Context) error {
	for r.refusal == nil {
		if err := r.conn.Flush(); err != nil {
			return err
		}
		select {
		case b := <-r.conn.Batches():
			if err := r.conn.Dispatch(b); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
	return r.refusal
}
