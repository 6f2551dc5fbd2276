#ifndef TWOSTEP_ENCODER_SHIM_H
#define TWOSTEP_ENCODER_SHIM_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>

enum {
	TWOSTEP_EAGAIN = AVERROR(EAGAIN),
	TWOSTEP_ENOMEM = AVERROR(ENOMEM),
};

/* Buffer reference to size bytes at base. twostepReleased(handle) is called
   once when the last reference goes, on whatever thread that happens. NULL
   when out of memory; then it is not called. */
AVBufferRef *twostep_lend(uint8_t *base, size_t size, uintptr_t handle);

/* Whether an encoder takes a pixel format. */
int twostep_takes(const AVCodec *codec, enum AVPixelFormat format);

/* Interleaved chroma to two planes: rows of pairs at src, src_stride bytes
   apart, to u and v, stride bytes apart. */
void twostep_split(uint8_t *u, uint8_t *v, ptrdiff_t stride, const uint8_t *src,
                   ptrdiff_t src_stride, int pairs, int rows);

/* First entry left in a dictionary, or NULL. */
const char *twostep_left_over(const AVDictionary *options);

#endif
