/* The ABI tea1 for guests in C, without a C library:
 *
 *   clang --target=wasm32 -O2 -nostdlib -ffreestanding -Wl,--no-entry -o guest.wasm guest.c
 *
 * Write TEA_GUEST once, and the run as
 *
 *   TEA_EXPORT("tea_run") int32_t tea_run(void) { ... return 0; }
 *
 * Results below 0 are an errno, negated. A pointer that reaches out of the memory ends the run.
 */
#ifndef TEA1_H
#define TEA1_H

#include <stdint.h>

#define TEA_EXPORT(name) __attribute__((export_name(name)))
#define TEA_IMPORT(name) __attribute__((import_module("tea1"), import_name(name)))

/* The version of the ABI that the guest speaks. */
#define TEA_GUEST \
	TEA_EXPORT("tea_abi") int32_t tea_abi(void) { return 1; }

#define TEA_E2BIG 1   /* request larger than the capability takes */
#define TEA_EACCES 2  /* not granted to this errand */
#define TEA_EBADF 8   /* no such stream, capability, or response */
#define TEA_EDQUOT 19 /* budget of the capability spent */
#define TEA_EFBIG 22  /* output larger than the errand allows */
#define TEA_EINVAL 28 /* argument outside of its domain */
#define TEA_ENFILE 41 /* too many open responses */
#define TEA_ENOSYS 52 /* no such operation */

/* Streams: 0 are the parameters, 1 and up the data. Reads are short only at the end. */
TEA_IMPORT("in_count") int32_t tea_in_count(void);
TEA_IMPORT("in_len") int64_t tea_in_len(int32_t stream);
TEA_IMPORT("in_read") int32_t tea_in_read(int32_t stream, int64_t offset, void *into, uint32_t size);

/* Appends to the output, all or nothing. */
TEA_IMPORT("out_write") int32_t tea_out_write(const void *bytes, uint32_t size);

/* Why the run failed; the first call counts. */
TEA_IMPORT("fail") void tea_fail(int32_t code, const char *message, uint32_t size);

/* A line for the client: 0 error, 1 warning, 2 information, 3 debug, 4 trace. */
TEA_IMPORT("log") void tea_log(int32_t level, const char *line, uint32_t size);

/* Capabilities: place in the manifest, operation, request. Answers a response, above 0, or an errno, negated. Only for
 * guests whose manifest asks for a capability. */
TEA_IMPORT("cap_call") int64_t tea_cap_call(int32_t capability, int32_t operation, const void *request, uint32_t size);
TEA_IMPORT("res_len") int64_t tea_res_len(int64_t response);
TEA_IMPORT("res_read") int32_t tea_res_read(int64_t response, int64_t offset, void *into, uint32_t size);
TEA_IMPORT("res_drop") void tea_res_drop(int64_t response);

#endif
