#include "shim.h"
#include "_cgo_export.h"

static void released(void *opaque, uint8_t *base)
{
	(void)base;
	twostepReleased((uintptr_t)opaque);
}

AVBufferRef *twostep_lend(uint8_t *base, size_t size, uintptr_t handle)
{
	return av_buffer_create(base, size, released, (void *)handle, AV_BUFFER_FLAG_READONLY);
}

int twostep_takes(const AVCodec *codec, enum AVPixelFormat format)
{
	const enum AVPixelFormat *list = NULL;
/* AVCodec.pix_fmts is deprecated since this version, and gone later. */
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
	const void *found = NULL;
	if (avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_PIX_FORMAT, 0, &found, NULL) < 0)
		return 0;
	list = found;
#else
	list = codec->pix_fmts;
#endif
	if (!list)
		return 1;
	for (; *list != AV_PIX_FMT_NONE; list++)
		if (*list == format)
			return 1;
	return 0;
}

void twostep_split(uint8_t *restrict u, uint8_t *restrict v, ptrdiff_t stride,
                   const uint8_t *restrict src, ptrdiff_t src_stride, int pairs, int rows)
{
	for (int y = 0; y < rows; y++) {
		for (int x = 0; x < pairs; x++) {
			u[x] = src[2 * x];
			v[x] = src[2 * x + 1];
		}
		u += stride;
		v += stride;
		src += src_stride;
	}
}

const char *twostep_left_over(const AVDictionary *options)
{
	const AVDictionaryEntry *e = av_dict_get(options, "", NULL, AV_DICT_IGNORE_SUFFIX);
	return e ? e->key : NULL;
}
