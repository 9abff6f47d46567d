// Frames between agent and host: docs/plugin-frames.md. Reading hands out the payload where it lies in the receive buffer; writing
// gathers frames and flushes them when there are enough, and before an ANSWER.
#ifndef HOST_FRAMES_H
#define HOST_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum frame_type {
  FRAME_OPEN = 1,
  FRAME_RESTORE = 2,
  FRAME_BATCH = 3,
  FRAME_CHECKPOINT = 4,
  FRAME_CLOSE = 5,
  FRAME_HELLO = 129,
  FRAME_ANSWER = 130,
  FRAME_OUTPUT = 131,
  FRAME_LOG = 132,
  FRAME_COUNT = 133,
  FRAME_METRIC = 134,
  FRAME_STATE = 135,
  FRAME_REJECT = 136,
  FRAME_WANT_CHECKPOINT = 137,
};

enum { LARGEST_PAYLOAD = 64 << 20 };
// OUTPUT and STATE frames are cut at about this size.
enum { GATHERED = 256 << 10 };

struct frame_header {
  uint32_t length;
  uint16_t type;
  uint16_t zero;
  uint64_t number;
};

struct frame {
  struct frame_header header;
  const uint8_t *payload;  // aligned to 8; valid until the next read_frame
};

struct text {
  const char *start;
  size_t count;
};

// Takes over fds 0 and 1 and gives the plugin others in their place: standard input /dev/null, standard output standard error.
void open_channel(void);

// False at the end of the input. Ends the program when the frame breaks the rules.
bool read_frame(struct frame *frame);

// Every frame written from here on is of this request.
void set_request(uint64_t number);

void begin_frame(enum frame_type type);
void put_u32(uint32_t value);
void put_u64(uint64_t value);
void put_f64(double value);
void put_bytes(const void *bytes, size_t count);
void put_text(struct text text);
// Bytes in the frame that is begun, without its header.
size_t frame_size(void);
// Writes a number over one that was put at this offset of the frame that is begun.
void patch_u32(size_t offset, uint32_t value);
void end_frame(void);
void flush_frames(void);

#endif
