// One of NV12, YUYV and WORDS is defined, and SCALED unless a pixel of the
// picture is a pixel of the output.
uniform sampler2D first;  // luma, pairs, or whole pixels
uniform sampler2D second; // NV12: chroma
uniform ivec2 extent;

in vec2 inside;

out vec4 result;

// BT.601, limited range, with the coefficients in 256ths of the plain-Go
// renderer. The quarter makes halves round up, as they do there.
vec4 convert(float y, vec2 uv) {
	const vec3 byY = vec3(298.0) / 256.0;
	const vec3 byU = vec3(0.0, -100.0, 516.0) / 256.0;
	const vec3 byV = vec3(409.0, -208.0, 0.0) / 256.0;
	const vec3 base = (0.25 / 256.0 - 16.0 * byY - 128.0 * (byU + byV)) / 255.0;
	return vec4(clamp(y * byY + uv.x * byU + uv.y * byV + base, 0.0, 1.0), 1.0);
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
