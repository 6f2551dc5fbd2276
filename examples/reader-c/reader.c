/*
 * reader joins a twostep stream by token and reads the numbers stamped on ten
 * frames, straight from the shared buffers, with nothing but libwayland-client
 * and what wayland-scanner makes of twostep-v1.xml.
 *
 * usage: TWOSTEP_TOKEN=<32 hex digits> [TWOSTEP_DISPLAY=<socket>] reader
 *
 * It prints the numbers, a line each, and exits 0. Other exit codes: 64 usage,
 * 74 a frame that cannot be read or is torn, or a stream that ended early, 75
 * refused or nothing came, 76 no compositor or a protocol error.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <wayland-client.h>

#include "twostep-v1-client.h"

enum { EXIT_USAGE = 64, EXIT_IO = 74, EXIT_BUSY = 75, EXIT_PROTOCOL = 76 };

enum {
	FRAMES = 10,
	HELD = 2,
	PATIENCE_MS = 10000,
	MAX_BUFFERS = 256, /* of all generations that are alive */
	MAX_PENDING = 64,  /* frames whose buffer has not been announced yet */
	CELL = 16,
	CELLS = 32,
};

#define FOURCC(a, b, c, d) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
static const uint32_t NV12 = FOURCC('N', 'V', '1', '2');
static const uint32_t YUYV = FOURCC('Y', 'U', 'Y', 'V');

/* Where the luma of a generation lies. */
struct storage {
	uint32_t generation, fourcc, width, height, bytes;
	uint32_t offset, stride; /* of plane 0 */
};

struct buffer {
	struct storage storage;
	uint32_t serial;
	const uint8_t *mem; /* NULL: this slot is free */
};

struct frame {
	uint32_t index, serial, sequence_hi, sequence_lo, time_hi, time_lo;
};

struct reader {
	struct wl_display *display;
	struct twostep_broker_v1 *broker;
	struct twostep_stream_v1 *stream;
	struct twostep_set_v1 *set;
	struct twostep_device_v1 *device;
	struct twostep_attachment_v1 *attachment;
	struct twostep_lane_v1 *lane;
	struct storage incoming;
	struct buffer buffers[MAX_BUFFERS];
	struct frame pending[MAX_PENDING];
	int pending_count;
	uint32_t stamps[FRAMES];
	int count;
};

static void die(int code, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("reader: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(code);
}

/* Frames. */

static uint8_t luma(const struct buffer *b, uint32_t x, uint32_t y)
{
	uint32_t step = b->storage.fourcc == YUYV ? 2 : 1;
	return b->mem[b->storage.offset + (size_t)y * b->storage.stride + (size_t)x * step];
}

/* read_row returns the number in the row of cells that begins at y. */
static uint32_t read_row(const struct buffer *b, uint32_t top)
{
	uint32_t number = 0;
	for (uint32_t cell = 0; cell < CELLS; cell++) {
		uint32_t sum = 0;
		for (uint32_t y = top + 4; y < top + 12; y++)
			for (uint32_t x = cell * CELL + 4; x < cell * CELL + 12; x++)
				sum += luma(b, x, y);
		number = number << 1 | (sum / 64 >= 128);
	}
	return number;
}

static struct buffer *find_buffer(struct reader *r, uint32_t serial)
{
	for (int i = 0; i < MAX_BUFFERS; i++)
		if (r->buffers[i].mem && r->buffers[i].serial == serial)
			return &r->buffers[i];
	return NULL;
}

static void read_frame(struct reader *r, const struct buffer *b, const struct frame *f)
{
	uint32_t top = read_row(b, 0);
	uint32_t bottom = read_row(b, b->storage.height - CELL);
	if (top != bottom)
		die(EXIT_IO, "torn frame: top says %u, bottom %u", top, bottom);
	if (r->count > 0 && top <= r->stamps[r->count - 1])
		die(EXIT_IO, "frame %u came after frame %u", top, r->stamps[r->count - 1]);
	r->stamps[r->count++] = top;
	twostep_lane_v1_send(r->lane, TWOSTEP_LANE_V1_KIND_RELEASE, f->index, f->serial,
			     f->sequence_hi, f->sequence_lo, f->time_hi, f->time_lo);
}

/* A frame may come before its buffer: the two take different objects. */
static void take_frame(struct reader *r, const struct frame *f)
{
	struct buffer *b = find_buffer(r, f->serial);
	if (r->count == FRAMES)
		return; /* detaching releases it */
	if (b) {
		read_frame(r, b, f);
		return;
	}
	if (r->pending_count == MAX_PENDING)
		die(EXIT_PROTOCOL, "%d frames came without their buffers", MAX_PENDING);
	r->pending[r->pending_count++] = *f;
}

static void take_pending(struct reader *r)
{
	int n = r->pending_count;
	r->pending_count = 0;
	for (int i = 0; i < n; i++) {
		struct frame f = r->pending[i];
		take_frame(r, &f);
	}
}

/* Lane. */

static void lane_record(void *data, struct twostep_lane_v1 *lane, uint32_t kind, uint32_t index,
			uint32_t serial, uint32_t sequence_hi, uint32_t sequence_lo,
			uint32_t time_hi, uint32_t time_lo)
{
	struct frame f = { index, serial, sequence_hi, sequence_lo, time_hi, time_lo };
	(void)lane;
	if (kind == TWOSTEP_LANE_V1_KIND_FRAME)
		take_frame(data, &f);
	/* A drop needs no answer, and last answers a stop that is never sent. */
}

static const struct twostep_lane_v1_listener lane_listener = { .record = lane_record };

/* Attachment. */

static void attachment_attached(void *data, struct twostep_attachment_v1 *attachment)
{
	(void)data;
	(void)attachment;
}

static void attachment_refused(void *data, struct twostep_attachment_v1 *attachment, uint32_t error,
			       uint32_t way, const char *reason, const char *proof)
{
	(void)data;
	(void)attachment;
	(void)proof;
	if (way == TWOSTEP_STREAM_V1_WAY_STRICT)
		die(EXIT_BUSY, "%s: %s", strerror((int)error), reason);
	fprintf(stderr, "reader: at first: %s: %s\n", strerror((int)error), reason);
}

static void attachment_admitted(void *data, struct twostep_attachment_v1 *attachment, uint32_t way,
				uint32_t generation, uint32_t sequence_hi, uint32_t sequence_lo)
{
	(void)data;
	(void)attachment;
	fprintf(stderr, "reader: admitted by way %u to generation %u from frame %llu\n", way, generation,
		(unsigned long long)sequence_hi << 32 | sequence_lo);
}

static void attachment_storage(void *data, struct twostep_attachment_v1 *attachment, uint32_t generation,
			       uint32_t fourcc, uint32_t modifier_hi, uint32_t modifier_lo, uint32_t width,
			       uint32_t height, uint32_t bytes, uint32_t planes, uint32_t buffers)
{
	struct reader *r = data;
	(void)attachment;
	(void)planes;
	(void)buffers;
	if ((fourcc != NV12 && fourcc != YUYV) || modifier_hi || modifier_lo)
		die(EXIT_PROTOCOL, "storage of a format that was not asked for: %#x", fourcc);
	if (width < CELLS * CELL || height < 2 * CELL || width > 16384 || height > 16384)
		die(EXIT_IO, "%u x %u is no size for a stamp", width, height);
	r->incoming = (struct storage){
		.generation = generation, .fourcc = fourcc, .width = width, .height = height, .bytes = bytes,
	};
}

static void attachment_plane(void *data, struct twostep_attachment_v1 *attachment, uint32_t index,
			     uint32_t offset, uint32_t stride)
{
	struct reader *r = data;
	(void)attachment;
	if (index != 0)
		return;
	r->incoming.offset = offset;
	r->incoming.stride = stride;
}

/* luma_fits tells whether all of the luma lies inside the buffer. */
static bool luma_fits(const struct storage *s)
{
	uint64_t row = (uint64_t)s->width * (s->fourcc == YUYV ? 2 : 1);
	return s->stride >= row && s->offset + (uint64_t)s->stride * (s->height - 1) + row <= s->bytes;
}

static void attachment_buffer(void *data, struct twostep_attachment_v1 *attachment, uint32_t index,
			      uint32_t serial, int32_t fd)
{
	struct reader *r = data;
	struct stat st;
	int slot = 0;
	(void)attachment;
	while (slot < MAX_BUFFERS && r->buffers[slot].mem)
		slot++;
	if (slot == MAX_BUFFERS || !luma_fits(&r->incoming))
		die(EXIT_PROTOCOL, "buffer %u does not fit its announcement", index);
	/* Touching a page that the file does not have would be SIGBUS. */
	if (fstat(fd, &st) < 0 || st.st_size < (off_t)r->incoming.bytes)
		die(EXIT_IO, "buffer %u is shorter than %u bytes", index, r->incoming.bytes);
	void *mem = mmap(NULL, r->incoming.bytes, PROT_READ, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED)
		die(EXIT_IO, "mmap buffer %u: %s", index, strerror(errno));
	close(fd);
	r->buffers[slot] = (struct buffer){ .storage = r->incoming, .serial = serial, .mem = mem };
}

static void attachment_storage_done(void *data, struct twostep_attachment_v1 *attachment, uint32_t generation)
{
	(void)attachment;
	(void)generation;
	take_pending(data);
}

/* Every frame is released as soon as it has been read, so none is held here. */
static void attachment_retired(void *data, struct twostep_attachment_v1 *attachment, uint32_t generation)
{
	struct reader *r = data;
	(void)attachment;
	for (int i = 0; i < MAX_BUFFERS; i++) {
		struct buffer *b = &r->buffers[i];
		if (b->mem && b->storage.generation == generation) {
			munmap((void *)b->mem, b->storage.bytes);
			b->mem = NULL;
		}
	}
}

static void attachment_ended(void *data, struct twostep_attachment_v1 *attachment, const char *reason)
{
	struct reader *r = data;
	(void)attachment;
	if (r->count < FRAMES)
		die(EXIT_IO, "the stream ended after %d frames: %s", r->count, reason);
}

static const struct twostep_attachment_v1_listener attachment_listener = {
	.attached = attachment_attached,
	.refused = attachment_refused,
	.admitted = attachment_admitted,
	.storage = attachment_storage,
	.plane = attachment_plane,
	.buffer = attachment_buffer,
	.storage_done = attachment_storage_done,
	.retired = attachment_retired,
	.ended = attachment_ended,
};

/* Set. */

static void set_gone(void *data, struct twostep_set_v1 *set)
{
	(void)data;
	(void)set;
	die(EXIT_BUSY, "the set has gone");
}

static const struct twostep_set_v1_listener set_listener = { .gone = set_gone };

static void attach(struct reader *r)
{
	r->set = twostep_stream_v1_get_set(r->stream);
	twostep_set_v1_add_listener(r->set, &set_listener, r);

	r->device = twostep_broker_v1_create_device(r->broker, "reader");
	twostep_device_v1_add_format(r->device, NV12, 0, 0);
	twostep_device_v1_add_format(r->device, YUYV, 0, 0);
	twostep_device_v1_set_limit(r->device, TWOSTEP_DEVICE_V1_LIMIT_HELD, 0, HELD);
	twostep_device_v1_set_limit(r->device, TWOSTEP_DEVICE_V1_LIMIT_ACCESS, 0, 1);

	r->attachment = twostep_set_v1_attach(r->set, r->device, TWOSTEP_SET_V1_DIRECTION_READ,
					      TWOSTEP_SET_V1_POLICY_IN_ORDER, TWOSTEP_STREAM_V1_WAY_FIT);
	twostep_attachment_v1_add_listener(r->attachment, &attachment_listener, r);
	r->lane = twostep_attachment_v1_get_lane(r->attachment);
	twostep_lane_v1_add_listener(r->lane, &lane_listener, r);
	twostep_attachment_v1_map(r->attachment);
}

static void detach(struct reader *r)
{
	twostep_lane_v1_destroy(r->lane);
	twostep_attachment_v1_destroy(r->attachment);
	twostep_device_v1_destroy(r->device);
	twostep_set_v1_destroy(r->set);
	twostep_stream_v1_destroy(r->stream);
	twostep_broker_v1_destroy(r->broker);
}

/* Stream. */

static void stream_refused(void *data, struct twostep_stream_v1 *stream, uint32_t error, const char *reason)
{
	(void)data;
	(void)stream;
	die(EXIT_BUSY, "%s: %s", strerror((int)error), reason);
}

static void stream_token(void *data, struct twostep_stream_v1 *stream, struct wl_array *token)
{
	(void)data;
	(void)stream;
	(void)token;
}

static void stream_current(void *data, struct twostep_stream_v1 *stream, uint32_t width, uint32_t height)
{
	struct reader *r = data;
	(void)stream;
	(void)width;
	(void)height;
	if (!r->set)
		attach(r);
}

static void stream_ended(void *data, struct twostep_stream_v1 *stream)
{
	struct reader *r = data;
	(void)stream;
	if (r->count < FRAMES)
		die(EXIT_IO, "the stream ended after %d frames", r->count);
}

static const struct twostep_stream_v1_listener stream_listener = {
	.refused = stream_refused,
	.token = stream_token,
	.current = stream_current,
	.ended = stream_ended,
};

/* Broker and registry. */

static void broker_listed(void *data, struct twostep_broker_v1 *broker, const char *name)
{
	(void)data;
	(void)broker;
	(void)name;
}

static const struct twostep_broker_v1_listener broker_listener = {
	.listed = broker_listed,
	.unlisted = broker_listed,
};

static void registry_global(void *data, struct wl_registry *registry, uint32_t name, const char *interface,
			    uint32_t version)
{
	struct reader *r = data;
	(void)version;
	if (!r->broker && strcmp(interface, twostep_broker_v1_interface.name) == 0) {
		r->broker = wl_registry_bind(registry, name, &twostep_broker_v1_interface, 1);
		twostep_broker_v1_add_listener(r->broker, &broker_listener, r);
	}
}

static void registry_global_remove(void *data, struct wl_registry *registry, uint32_t name)
{
	(void)data;
	(void)registry;
	(void)name;
}

static const struct wl_registry_listener registry_listener = {
	.global = registry_global,
	.global_remove = registry_global_remove,
};

/* Main. */

static void lost(struct wl_display *display)
{
	const struct wl_interface *interface = NULL;
	uint32_t id = 0;
	if (wl_display_get_error(display) == EPROTO) {
		uint32_t code = wl_display_get_protocol_error(display, &interface, &id);
		die(EXIT_PROTOCOL, "%s@%u: error %u", interface ? interface->name : "unknown", id, code);
	}
	die(EXIT_PROTOCOL, "lost the compositor: %s", strerror(wl_display_get_error(display)));
}

/* step handles what has come, or waits for something to come. */
static void step(struct wl_display *display)
{
	struct pollfd p = { .fd = wl_display_get_fd(display), .events = POLLIN };
	while (wl_display_prepare_read(display) != 0)
		if (wl_display_dispatch_pending(display) < 0)
			lost(display);
	wl_display_flush(display); /* an error shows up when reading */
	int n = poll(&p, 1, PATIENCE_MS);
	if (n <= 0) {
		wl_display_cancel_read(display);
		if (n == 0)
			die(EXIT_BUSY, "nothing came for %d ms", PATIENCE_MS);
		if (errno != EINTR)
			die(EXIT_IO, "poll: %s", strerror(errno));
		return;
	}
	if (wl_display_read_events(display) < 0 || wl_display_dispatch_pending(display) < 0)
		lost(display);
}

static void parse_token(const char *hex, struct wl_array *token)
{
	if (!hex || strlen(hex) != 32 || strspn(hex, "0123456789abcdefABCDEF") != 32)
		die(EXIT_USAGE, "TWOSTEP_TOKEN is not 32 hex digits");
	uint8_t *bytes = wl_array_add(token, 16);
	for (int i = 0; i < 16; i++) {
		char digits[3] = { hex[2 * i], hex[2 * i + 1], 0 };
		bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
	}
}

int main(void)
{
	static struct reader r;
	struct wl_array token;
	wl_array_init(&token);
	parse_token(getenv("TWOSTEP_TOKEN"), &token);

	const char *name = getenv("TWOSTEP_DISPLAY");
	if (!name || !*name)
		name = "twostep-0";
	r.display = wl_display_connect(name);
	if (!r.display)
		die(EXIT_PROTOCOL, "no compositor at %s: %s", name, strerror(errno));

	struct wl_registry *registry = wl_display_get_registry(r.display);
	wl_registry_add_listener(registry, &registry_listener, &r);
	if (wl_display_roundtrip(r.display) < 0)
		lost(r.display);
	if (!r.broker)
		die(EXIT_PROTOCOL, "%s has no %s", name, twostep_broker_v1_interface.name);

	twostep_broker_v1_hello(r.broker, "reader");
	r.stream = twostep_broker_v1_join(r.broker, &token);
	twostep_stream_v1_add_listener(r.stream, &stream_listener, &r);
	while (r.count < FRAMES)
		step(r.display);
	detach(&r);
	if (wl_display_roundtrip(r.display) < 0)
		lost(r.display);

	for (int i = 0; i < FRAMES; i++)
		printf("%u\n", r.stamps[i]);
	wl_registry_destroy(registry);
	wl_display_disconnect(r.display);
	wl_array_release(&token);
	return 0;
}
