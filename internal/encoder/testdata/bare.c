/* The codec alone, as a yardstick: argv is a codec's name, width, height,
   number of frames and options as key=value:key=value. Prints nanoseconds per
   frame. The pictures are those of the Go side's benchmark. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>

static void paint(AVFrame *f, int shift)
{
	int planes = f->format == AV_PIX_FMT_NV12 ? 2 : 3;

	for (int i = 0; i < planes; i++) {
		int rows = i ? f->height / 2 : f->height;
		int width = i && planes == 3 ? f->width / 2 : f->width;
		for (int y = 0; y < rows; y++)
			for (int x = 0; x < width; x++)
				f->data[i][y * f->linesize[i] + x] = 64 + i * 32 + ((x + y + 4 * shift) & 63);
	}
}

static AVCodecContext *open_codec(char **argv)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(argv[1]);
	AVCodecContext *k = avcodec_alloc_context3(codec);
	AVDictionary *options = NULL;
	int h264 = !strcmp(argv[1], "libx264");

	k->width = atoi(argv[2]);
	k->height = atoi(argv[3]);
	k->pix_fmt = h264 ? AV_PIX_FMT_NV12 : AV_PIX_FMT_YUV420P;
	k->time_base = (AVRational){1, 30};
	k->framerate = (AVRational){30, 1};
	k->gop_size = 30;
	k->thread_count = 2;
	if (!h264) {
		k->flags |= AV_CODEC_FLAG_QSCALE;
		k->global_quality = 3 * FF_QP2LAMBDA;
	}
	av_dict_parse_string(&options, argv[5], "=", ":", 0);
	return avcodec_open2(k, codec, &options) < 0 ? NULL : k;
}

int main(int argc, char **argv)
{
	AVFrame *f[4];
	AVPacket *packet = av_packet_alloc();
	AVCodecContext *k;
	struct timespec from, to;
	int n = argc == 6 ? atoi(argv[4]) : 0;

	av_log_set_level(AV_LOG_QUIET);
	if (!n || !(k = open_codec(argv)))
		return 1;
	for (int i = 0; i < 4; i++) {
		f[i] = av_frame_alloc();
		f[i]->width = k->width;
		f[i]->height = k->height;
		f[i]->format = k->pix_fmt;
		if (av_frame_get_buffer(f[i], 0) < 0)
			return 1;
		paint(f[i], i);
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (int i = 0; i < n; i++) {
		f[i % 4]->pts = i;
		if (avcodec_send_frame(k, f[i % 4]) < 0)
			return 1;
		while (avcodec_receive_packet(k, packet) >= 0)
			av_packet_unref(packet);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%lld\n", ((to.tv_sec - from.tv_sec) * 1000000000LL + to.tv_nsec - from.tv_nsec) / n);
	return 0;
}
