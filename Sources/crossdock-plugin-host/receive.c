#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "frames.h"
#include "message.h"

enum { FIRST_BUFFER = 64 << 10, KEPT_BUFFER = 1 << 20, HEADER = sizeof(struct frame_header) };

static int input = -1;
static uint8_t *buffer;
static size_t capacity, filled, consumed;

void set_input(int fd) { input = fd; }

// The buffer is mapped, so that it is aligned and a large one can be given back.
static void resize(size_t wanted) {
  size_t page = 4096, size = (wanted + page - 1) & ~(page - 1);
  uint8_t *larger = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (larger == MAP_FAILED) fail(EXIT_NO_MEMORY, "no memory for a frame of %zu bytes: raise memory_mb", wanted);
  if (buffer) {
    memcpy(larger, buffer, filled);
    munmap(buffer, capacity);
  }
  buffer = larger;
  capacity = size;
}

// What belongs to the frame before makes way for the next one.
static void forget_consumed(void) {
  filled -= consumed;
  if (filled > 0) memmove(buffer, buffer + consumed, filled);
  consumed = 0;
  if (capacity > KEPT_BUFFER && filled <= FIRST_BUFFER) resize(FIRST_BUFFER);
}

static bool fill_to(size_t wanted) {
  if (wanted > capacity) resize(wanted);
  while (filled < wanted) {
    ssize_t count = read(input, buffer + filled, capacity - filled);
    if (count > 0) {
      filled += (size_t)count;
    } else if (count == 0) {
      return false;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool read_frame(struct frame *frame) {
  if (!buffer) resize(FIRST_BUFFER);
  forget_consumed();
  if (!fill_to(HEADER)) return false;
  memcpy(&frame->header, buffer, HEADER);
  if (frame->header.length > LARGEST_PAYLOAD || frame->header.zero != 0) {
    fail(EXIT_WRONG_FRAME, "a frame of type %u with %u bytes breaks the rules", frame->header.type, frame->header.length);
  }
  size_t whole = HEADER + (((size_t)frame->header.length + 7) & ~(size_t)7);
  if (!fill_to(whole)) return false;
  frame->payload = buffer + HEADER;
  consumed = whole;
  return true;
}
