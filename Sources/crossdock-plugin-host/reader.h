// Reads a payload from front to back. A payload that is too short ends the program: the agent's frames are whole.
#ifndef HOST_READER_H
#define HOST_READER_H

#include "frames.h"

struct reader {
  const uint8_t *next, *end;
};

struct reader read_payload(const struct frame *frame);
// The next `count` bytes, where they lie.
const uint8_t *get_bytes(struct reader *reader, size_t count);
uint32_t get_u32(struct reader *reader);
int64_t get_i64(struct reader *reader);
double get_f64(struct reader *reader);
struct text get_text(struct reader *reader);
// A text as a C string of its own, never freed: names live as long as the instance.
const char *get_name(struct reader *reader);

#endif
