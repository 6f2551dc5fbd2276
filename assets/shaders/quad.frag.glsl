uniform sampler2D atlas;

flat in ivec2 origin;
flat in vec4 tint;
in vec2 inside;

out vec4 result;

void main() {
	result = tint;
	if (origin.x != SOLID) {
		result.a *= texelFetch(atlas, origin + ivec2(inside), 0).r;
	}
}
