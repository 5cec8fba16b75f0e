/* How often each byte occurs in the first data input: 256 counts, u32 little-endian. C without a C library. */

#include "tea1.h"

TEA_GUEST

static unsigned char piece[4096];
static uint32_t counts[256];

TEA_EXPORT("tea_run") int32_t tea_run(void) {
	if (tea_in_count() < 2) {
		static const char message[] = "give it one data input";
		tea_fail(1, message, sizeof message - 1);
		return 1;
	}
	int64_t offset = 0;
	for (;;) {
		int32_t count = tea_in_read(1, offset, piece, sizeof piece);
		if (count < 0)
			return -count;
		if (count == 0)
			break;
		for (int32_t i = 0; i < count; i++)
			counts[piece[i]]++;
		offset += count;
	}
	int32_t written = tea_out_write(counts, sizeof counts);
	return written < 0 ? -written : 0;
}
