#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frames.h"
#include "message.h"

enum { HEADER = sizeof(struct frame_header), KEPT_BUFFER = GATHERED + (64 << 10) };

void set_input(int fd);

static int output = -1;
static uint8_t *buffer;
static size_t capacity, used, begun;  // begun: where the frame under way starts
static uint64_t request;
static enum frame_type type;

void open_channel(void) {
  int from = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), to = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (from < 0 || to < 0 || nothing < 0) fail(EXIT_WRONG_USE, "standard input and output are not open: the agent starts this");
  if (dup2(nothing, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    fail(EXIT_WRONG_USE, "standard error is not open: the agent starts this");
  }
  close(nothing);
  set_input(from);
  output = to;
}

void set_request(uint64_t number) { request = number; }

static void reserve(size_t more) {
  size_t wanted = used + more;
  if (wanted <= capacity) return;
  size_t size = capacity ? capacity : KEPT_BUFFER;
  while (size < wanted) size *= 2;
  uint8_t *larger = realloc(buffer, size);
  if (!larger) fail(EXIT_NO_MEMORY, "no memory for %zu bytes of output: raise memory_mb", wanted);
  buffer = larger;
  capacity = size;
}

void begin_frame(enum frame_type new_type) {
  if (used > GATHERED) flush_frames();
  begun = used;
  type = new_type;
  reserve(HEADER);
  used += HEADER;
}

void put_bytes(const void *bytes, size_t count) {
  reserve(count);
  if (count > 0) memcpy(buffer + used, bytes, count);
  used += count;
}

void put_u32(uint32_t value) { put_bytes(&value, sizeof value); }
void put_u64(uint64_t value) { put_bytes(&value, sizeof value); }
void put_f64(double value) { put_bytes(&value, sizeof value); }

void put_text(struct text text) {
  put_u32((uint32_t)text.count);
  put_bytes(text.start, text.count);
}

size_t frame_size(void) { return used - begun - HEADER; }

void patch_u32(size_t offset, uint32_t value) { memcpy(buffer + begun + HEADER + offset, &value, sizeof value); }

void end_frame(void) {
  struct frame_header header = {.length = (uint32_t)frame_size(), .type = (uint16_t)type, .number = request};
  memcpy(buffer + begun, &header, HEADER);
  size_t padding = -header.length & 7;
  put_bytes("\0\0\0\0\0\0\0", padding);
}

void flush_frames(void) {
  size_t sent = 0;
  while (sent < used) {
    ssize_t count = write(output, buffer + sent, used - sent);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) _exit(0);  // the agent is gone: nobody is left to answer
    sent += (size_t)count;
  }
  used = 0;
  if (capacity > 2 * KEPT_BUFFER) {
    free(buffer);
    buffer = NULL;
    capacity = 0;
  }
}
