#include "confine.h"

#include <sched.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "filter.h"
#include "landlock.h"
#include "message.h"
#include "monitor.h"
#include "namespaces.h"
#include "resources.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1ul << 5)
#endif

extern char **environ;

static const char *const kept_variables[] = {"TZ", "LANG"};
enum { KEPT = sizeof kept_variables / sizeof *kept_variables };

// The agent's environment may hold passwords. Emptying the list is not enough: the text itself lies in memory that a plugin can read.
static void wipe_environment(void) {
  char *kept[KEPT] = {0};
  for (size_t index = 0; index < KEPT; index++) {
    const char *value = getenv(kept_variables[index]);
    if (value) kept[index] = strdup(value);
  }
  for (char **entry = environ; *entry; entry++) memset(*entry, 0, strlen(*entry));
  clearenv();
  for (size_t index = 0; index < KEPT; index++) {
    if (kept[index]) setenv(kept_variables[index], kept[index], 1);
  }
}

static void set_environment(const struct settings *settings) {
  wipe_environment();
  const char *writable = writable_folder(settings);
  setenv("PATH", "/usr/bin", 1);
  setenv("LANG", "C.UTF-8", 0);
  setenv("HOME", writable ? writable : "/nonexistent", 1);
  setenv("TMPDIR", writable ? writable : "/nonexistent", 1);
  // Libraries of mathematics start a thread for each processor, and some end the program when they cannot. Its share is one at most.
  setenv("OMP_NUM_THREADS", "1", 1);
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  if (!settings->becomes_program) return;
  setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
  setenv("PYTHONNOUSERSITE", "1", 1);
}

void shed_inheritance(const struct settings *settings) {
  // Whatever a plugin computes, the way of a record goes first: an agent that wakes takes the processor from it at once. A nice value
  // would only be looked at with the next tick of the scheduler, 10 ms later on some kernels.
  struct sched_param none_of_it = {0};
  sched_setscheduler(0, SCHED_IDLE, &none_of_it);
  if (close_range(STDERR_FILENO + 1, ~0u, 0) != 0) {
    for (int fd = STDERR_FILENO + 1; fd < 1024; fd++) close(fd);
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
  // Written to a pipe that nobody reads, or beyond the largest file: an error, not the end.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  set_environment(settings);
  setpgid(0, 0);
  // Whatever a process of the plugin leaves behind comes to this one: the agent finds it there, and counts it.
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

static int install(const struct program *program, bool has_monitor) {
  struct sock_fprog code = {.len = program->count, .filter = (struct sock_filter *)program->code};
  if (!has_monitor) return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &code);
  unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
  int listener = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &code);
  if (listener >= 0 || errno != EINVAL) return listener;
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &code);
}

static struct confinement_state describe(int abi, struct namespaces namespaces, bool has_monitor) {
  struct confinement_state state = {.is_whole = abi >= 6 && namespaces.has_user && has_monitor};
  snprintf(state.text, sizeof state.text, "confined: Landlock %s%.0d, %s, %s%s", abi > 0 ? "ABI " : "is missing", abi,
           has_monitor ? "system calls watched" : "system calls filtered, not watched",
           namespaces.has_user ? "a user namespace of its own" : "no user namespace of its own",
           namespaces.has_net ? ", no network" : "");
  return state;
}

static void end_with_agent(void) { prctl(PR_SET_PDEATHSIG, SIGKILL); }

struct confinement_state confine(const struct settings *settings) {
  end_with_agent();
  if (settings->unconfined) return (struct confinement_state){.text = "not confined: it may do all that the agent may"};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail(EXIT_NOT_CONFINED, "no_new_privs: %s", strerror(errno));
  int abi = landlock_abi();
  int ruleset = make_ruleset(settings, abi);
  struct namespaces namespaces = enter_namespaces(settings->destination_count > 0);
  drop_capabilities();
  // Outside of the plugin's domain: it may look into the plugin's process, and not the other way round.
  int monitor = start_monitor(settings, abi == 0);
  if (abi > 0) restrict_by(ruleset);
  if (ruleset >= 0) close(ruleset);
  set_limits(settings, namespaces.has_user);
  end_with_agent();  // once more: changes of identity undo it
  static struct program program;
  make_filter(&program, settings, (struct filter_choice){monitor >= 0, abi > 0, abi >= 3, abi >= 4, abi >= 6});
  int listener = install(&program, monitor >= 0);
  if (listener < 0) fail(EXIT_NOT_CONFINED, "the filter of system calls: %s", strerror(errno));
  if (monitor >= 0) hand_over(monitor, listener);
  return describe(abi, namespaces, monitor >= 0);
}
