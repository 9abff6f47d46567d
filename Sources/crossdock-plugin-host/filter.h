// The system calls that a plugin may make (seccomp(2)): a list of what is allowed; everything else is denied with EPERM. Nothing is
// killed for trying, because a C library tries many things that it can do without.
#ifndef HOST_FILTER_H
#define HOST_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "settings.h"

enum verdict {
  ALLOW,
  DENY,    // EPERM
  ABSENT,  // ENOSYS: the library then does without
  WATCH,   // the monitor looks, and mostly lets it go on; without a monitor it is allowed
  REPORT,  // the monitor counts it and denies it, or decides; without a monitor: EPERM
};

enum condition { ALWAYS, BITS_ARE, IS_NULL };

// One row: this call, when the condition on one of its arguments holds. Of several rows of a call the first that holds is used.
struct rule {
  int number;
  enum verdict verdict;
  enum condition condition;
  uint32_t argument, mask, value;
};

struct filter_choice {
  bool has_monitor;        // there is somebody to notify
  bool has_landlock;       // paths are the kernel's matter
  bool limits_truncation;  // truncating them too
  bool limits_ports;       // Landlock keeps TCP to the declared ports
  bool scopes_signals;     // Landlock keeps signals within
};

enum { MAX_INSTRUCTIONS = 2048 };

struct program {
  struct sock_filter code[MAX_INSTRUCTIONS];
  unsigned short count;
};

// The BPF program for a plugin with these settings.
void make_filter(struct program *program, const struct settings *settings, struct filter_choice choice);

// bpf.c
void begin_program(struct program *program);
void add_rule(struct program *program, const struct rule *rule, bool has_monitor);
void end_program(struct program *program);

#endif
