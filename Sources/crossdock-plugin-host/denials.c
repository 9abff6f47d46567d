// Lines for the agent: `crossdock-denied: TIMES WHAT`, docs/plugin-frames.md. The first time at once, then gathered: a plugin that tries
// in a loop must not fill the log.
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "monitor.h"

enum { MAX_DIFFERENT = 16, LONGEST_WHAT = 200, PAUSE_MS = 1000 };

struct denial {
  char what[LONGEST_WHAT];
  unsigned long times;
};

// The last one stands for all that did not find a place.
static struct denial denials[MAX_DIFFERENT + 1];
static unsigned denial_count;
static int64_t next_ms;

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Text of the plugin's own choice becomes part of a line.
static void make_printable(char *text) {
  for (; *text; text++) {
    if ((unsigned char)*text < 0x20 || *text == 0x7f) *text = '?';
  }
}

void count_denial(const char *format, ...) {
  char what[LONGEST_WHAT];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(what, sizeof what, format, arguments);
  va_end(arguments);
  make_printable(what);
  unsigned index = 0;
  while (index < denial_count && strcmp(denials[index].what, what) != 0) index++;
  if (index == denial_count && denial_count < MAX_DIFFERENT) strcpy(denials[denial_count++].what, what);
  if (index == MAX_DIFFERENT) strcpy(denials[index].what, "other calls");
  denials[index].times += 1;
}

static bool has_new(void) {
  for (unsigned index = 0; index <= MAX_DIFFERENT; index++) {
    if (denials[index].times > 0) return true;
  }
  return false;
}

int denials_due_ms(void) {
  if (!has_new()) return -1;
  int64_t left = next_ms - now_ms();
  return left > 0 ? (int)left : 0;
}

void tell_denials(bool even_if_not_due) {
  int due = denials_due_ms();
  if (due < 0 || (due > 0 && !even_if_not_due)) return;
  for (unsigned index = 0; index <= MAX_DIFFERENT; index++) {
    struct denial *denial = &denials[index];
    // An agent that does not read must not hold up the plugin's calls: told later, with more.
    struct pollfd error = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (denial->times == 0 || poll(&error, 1, 0) != 1) continue;
    char line[LONGEST_WHAT + 64];
    int length = snprintf(line, sizeof line, "crossdock-denied: %lu %s\n", denial->times, denial->what);
    if (write(STDERR_FILENO, line, (size_t)length) == length) denial->times = 0;
  }
  // Places are given anew, so that what is tried later has a name too.
  if (!has_new()) denial_count = 0;
  next_ms = now_ms() + PAUSE_MS;
}
