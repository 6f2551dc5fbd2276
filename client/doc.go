// Package client is what a program speaks to a twostep compositor through: it
// opens streams and produces frames into their buffers, or joins them and reads
// frames in place, and may have a window and a keyboard.
//
// A [Conn] belongs to one goroutine, its owner. A reader goroutine posts what
// arrives to [Conn.Batches]; the owner receives it beside whatever else it waits
// for, passes it to [Conn.Dispatch], which calls the program back, and sends what
// has been asked meanwhile with [Conn.Flush]:
//
//	for {
//		select {
//		case b := <-conn.Batches():
//			if err := conn.Dispatch(b); err != nil {
//				return err
//			}
//		case <-interrupted:
//			return nil
//		}
//		if err := conn.Flush(); err != nil {
//			return err
//		}
//	}
//
// Callbacks are fields of plain structs; those left nil are not called. They run
// on the owner, may call anything here except Dispatch and Roundtrip, and should
// return soon. Requests return nothing: they are queued, and what goes wrong
// comes as an event, or ends the connection. Per frame nothing is allocated.
//
// A refusal is an event with a reason, and the connection lives. A broken rule,
// whoever broke it, ends the connection: see [ProtocolError] and [ErrBroker].
//
// What the compositor sends is checked before it is used: a client maps no
// buffer that is smaller than its layout, unsealed, or not of a format that it
// offered.
package client
