// Package protocol is twostep's protocol, and the parts of Wayland's that its
// compositor speaks, as typed Go for both ends of a connection.
//
// For each interface, such as twostep_lane_v1, there are LaneInterface, which
// describes it; LaneRequests and [DispatchLaneRequest], with which a server
// receives; LaneResource, with which it sends; LaneEvents, DispatchLaneEvent
// and LaneProxy, the client's; and a type for each enum. ServeLane and
// ListenLane make the entries of a [twostep/internal/wire.Table].
//
// Ids are uint32, 0 being null; that they name objects of the right interface
// is for the table to say. Arrays are borrowed until the handler returns.
// Descriptors belong to the handler that gets them, and stay the caller's when
// they are sent. Dispatching returns a *wire.ProtocolError for a message that
// does not exist at the object's version or is malformed, without calling the
// handler; senders do not check the version: each event has a Since constant.
package protocol

//go:generate go run twostep/internal/cmd/protogen manifest.json
