// What the hostile plugin can do.
#ifndef ACTS_H
#define ACTS_H

#include <stddef.h>
#include <stdint.h>

// Does it, and writes "ok", a number or the name of an error.
void perform(const char *act, const char *argument, char *result, size_t capacity);

int32_t emit_to(const char *stream, const char *body);
void log_line(const char *text);

// "ok" when the condition holds, else the name of errno.
void give(int is_ok, char *result, size_t capacity);

// acts_network.c and acts_process.c: 0 when it is none of theirs.
int perform_network(const char *act, const char *argument, char *result, size_t capacity);
int perform_process(const char *act, const char *argument, char *result, size_t capacity);

#endif
