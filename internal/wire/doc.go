// Package wire is the Wayland wire format over a Unix socket.
//
// A message is a header of two 32-bit words in host byte order, the object's id
// and size<<16 | opcode, followed by arguments that are aligned to 32 bits. The
// size counts the header and is at most 4096 bytes. Descriptors travel beside
// the bytes as SCM_RIGHTS, in the order of the messages that carry them, but
// may arrive with earlier bytes than their message.
//
// A [Conn] has two sides. A reader goroutine fills batches with
// [Conn.ReadBatch] and passes them to the owner, who takes the messages out,
// decodes them with [Args] and hands the batch back. The same owner appends
// messages to the [Out] queue and sends them with [Conn.Flush], which never
// blocks. Neither direction allocates once its buffers have grown, except for
// strings and descriptors.
//
// With TWOSTEP_DEBUG=1 in the environment every message is printed to standard
// error in the form that WAYLAND_DEBUG gives it.
package wire
