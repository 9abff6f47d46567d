#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LONGEST_LINE = 1024 };

static void say_arguments(const char *format, va_list arguments) {
  char line[LONGEST_LINE] = "crossdock-plugin-host: ";
  size_t start = strlen(line);
  int count = vsnprintf(line + start, sizeof line - start - 1, format, arguments);
  size_t length = start + (count < 0 ? 0 : (size_t)count);
  if (length > sizeof line - 2) length = sizeof line - 2;
  line[length] = '\n';
  ssize_t written = write(STDERR_FILENO, line, length + 1);
  (void)written;  // there is nobody else to tell
}

void say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say_arguments(format, arguments);
  va_end(arguments);
}

void fail(int exit_code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  say_arguments(format, arguments);
  va_end(arguments);
  _exit(exit_code);
}

void *take(unsigned long bytes) {
  void *memory = malloc(bytes ? bytes : 1);
  if (!memory) fail(EXIT_NO_MEMORY, "no memory for %lu bytes of its own: raise memory_mb", bytes);
  return memory;
}
