// From rows to BPF. The program is a list of tests on the number, in order; a row that does not hold falls through to the next one.
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include "filter.h"
#include "message.h"

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#elif defined(__arm__)
#define NATIVE AUDIT_ARCH_ARM
#else
#error "the system calls of this processor have no table here"
#endif

// The newest call of the headers that the lists were written from. What came later is absent, not denied: libraries know how to go on.
#define NEWEST_KNOWN SYS_set_mempolicy_home_node

static void add(struct program *program, struct sock_filter instruction) {
  if (program->count == MAX_INSTRUCTIONS) fail(EXIT_NOT_CONFINED, "the filter of system calls is too long");
  program->code[program->count++] = instruction;
}

static void load(struct program *program, size_t offset) {
  add(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

static void give(struct program *program, uint32_t action) {
  add(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

// Goes on when the loaded word is this value, else skips.
static void unless_equal_skip(struct program *program, uint32_t value, uint8_t skip) {
  add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip));
}

static uint32_t action(enum verdict verdict, bool has_monitor) {
  switch (verdict) {
    case ALLOW: return SECCOMP_RET_ALLOW;
    case DENY: return SECCOMP_RET_ERRNO | EPERM;
    case ABSENT: return SECCOMP_RET_ERRNO | ENOSYS;
    case WATCH: return has_monitor ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ALLOW;
    case REPORT: return has_monitor ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ERRNO | EPERM;
  }
  return SECCOMP_RET_ERRNO | EPERM;
}

void begin_program(struct program *program) {
  program->count = 0;
  load(program, offsetof(struct seccomp_data, arch));
  unless_equal_skip(program, NATIVE, 1);
  add(program, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 1));
  give(program, SECCOMP_RET_KILL_PROCESS);  // calls of another processor's numbering would pass every list
  load(program, offsetof(struct seccomp_data, nr));
}

// The accumulator holds the number before and after.
void add_rule(struct program *program, const struct rule *rule, bool has_monitor) {
  uint32_t result = action(rule->verdict, has_monitor);
  size_t argument = offsetof(struct seccomp_data, args) + rule->argument * sizeof(uint64_t);
  switch (rule->condition) {
    case ALWAYS:
      unless_equal_skip(program, (uint32_t)rule->number, 1);
      give(program, result);
      return;
    case BITS_ARE:  // the kernel's own type of all arguments tested here is a word of 32 bits
      unless_equal_skip(program, (uint32_t)rule->number, 5);
      load(program, argument);
      add(program, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, rule->mask));
      unless_equal_skip(program, rule->value, 1);
      give(program, result);
      load(program, offsetof(struct seccomp_data, nr));
      return;
    case IS_NULL:
      unless_equal_skip(program, (uint32_t)rule->number, 6);
      load(program, argument);
      unless_equal_skip(program, 0, 3);
      load(program, argument + sizeof(uint32_t));
      unless_equal_skip(program, 0, 1);
      give(program, result);
      load(program, offsetof(struct seccomp_data, nr));
      return;
  }
}

void end_program(struct program *program) {
  add(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, NEWEST_KNOWN, 0, 1));
  give(program, SECCOMP_RET_ERRNO | ENOSYS);
  give(program, SECCOMP_RET_ERRNO | EPERM);
}
