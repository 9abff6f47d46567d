// without NUMBER[:FIRST-ARGUMENT] … -- PROGRAM [ARGUMENTS]: becomes the program, for which these system calls are not there, as on another
// kernel or under a stricter service manager.
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { MAX_INSTRUCTIONS = 256 };

int main(int count, char **arguments) {
  struct sock_filter code[MAX_INSTRUCTIONS];
  unsigned short length = 0;
  int index = 1;
  for (; index < count && strcmp(arguments[index], "--") != 0; index++) {
    const char *colon = strchr(arguments[index], ':');
    unsigned action = SECCOMP_RET_ERRNO | EPERM;
    code[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    code[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)atoi(arguments[index]), 0, colon ? 3 : 1);
    if (colon) {
      code[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args));
      code[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)atoi(colon + 1), 0, 1);
    }
    code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
  }
  code[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog program = {.len = length, .filter = code};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) return 1;
  execv(arguments[index + 1], &arguments[index + 1]);
  return 1;
}
