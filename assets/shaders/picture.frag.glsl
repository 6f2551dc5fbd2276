// One of NV12, YUYV and WORDS is defined, and SCALED unless a pixel of the
// picture is a pixel of the output.
uniform sampler2D first;  // luma, pairs, or whole pixels
uniform sampler2D second; // NV12: chroma
uniform ivec2 extent;

in vec2 inside;

out vec4 result;

// BT.601, limited range, in the integers of the plain-Go renderer; a float
// holds all of them exactly.
vec4 convert(float y, vec2 uv) {
	float luma = 298.0 * (floor(y * 255.0 + 0.5) - 16.0) + 128.0;
	vec2 c = floor(uv * 255.0 + 0.5) - 128.0;
	vec3 rgb = luma + vec3(409.0 * c.y, -100.0 * c.x - 208.0 * c.y, 516.0 * c.x);
	return vec4(clamp(floor(rgb / 256.0), 0.0, 255.0) / 255.0, 1.0);
}

vec4 texel(ivec2 p) {
#if defined(NV12)
	return convert(texelFetch(first, p, 0).r, texelFetch(second, p >> 1, 0).rg);
#elif defined(YUYV)
	vec4 pair = texelFetch(first, ivec2(p.x >> 1, p.y), 0);
	return convert((p.x & 1) == 0 ? pair.r : pair.b, pair.ga);
#else
	return texelFetch(first, p, 0);
#endif
}

void main() {
#ifdef SCALED
	vec2 at = max(inside - 0.5, 0.0);
	ivec2 a = min(ivec2(at), extent - 1);
	ivec2 b = min(a + 1, extent - 1);
	vec2 weight = at - vec2(a);
	vec4 top = mix(texel(a), texel(ivec2(b.x, a.y)), weight.x);
	vec4 low = mix(texel(ivec2(a.x, b.y)), texel(b), weight.x);
	result = mix(top, low, weight.y);
#else
	result = texel(ivec2(inside));
#endif
}
