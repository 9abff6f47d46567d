// The monitor: a small process beside the plugin's, which the kernel asks about the calls that the filter cannot judge by itself
// (seccomp_unotify(2)). It connects sockets to declared destinations, counts what is denied and tells the agent on standard error.
//
// Invariants:
//  - It never lets a call go on because of what it read in the plugin's memory: another thread could change that behind its back. It
//    connects itself, on the plugin's socket, to the address that it checked; opening files goes on because Landlock judges it again.
//  - It lives as long as the plugin's process, and its end denies everything that it would have been asked (ENOSYS).
#ifndef HOST_MONITOR_H
#define HOST_MONITOR_H

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "settings.h"

struct monitor {
  const struct settings *settings;
  pid_t plugin;       // the process whose child this is
  int plugin_pidfd;
  int listener;
  bool judges_paths;  // no Landlock: what is not allowed is denied here
  bool has_started;   // the start's own execve is done
};

// What to answer: go on (0), or an error number.
struct reply {
  bool goes_on, is_sent;
  int error;
};

// Forks; returns in the plugin's process, with the end on which the monitor waits for the listener. -1: no monitor is possible here.
int start_monitor(const struct settings *settings, bool judges_paths);
// Tells the monitor which descriptor the listener is, and waits until it has taken it.
void hand_over(int monitor, int listener);

// monitor_process.c
struct reply judge_process(struct monitor *monitor, const struct seccomp_notif *call);
// monitor_connect.c: starts a process for the connection, which also answers.
struct reply judge_connect(struct monitor *monitor, const struct seccomp_notif *call);
struct reply judge_socket(struct monitor *monitor, const struct seccomp_notif *call);
// monitor_open.c
struct reply judge_open(struct monitor *monitor, const struct seccomp_notif *call);
struct reply judge_exec(struct monitor *monitor, const struct seccomp_notif *call);

void send_reply(const struct monitor *monitor, uint64_t id, struct reply reply);
// Whether the task still waits for the answer. If not, its number may belong to another process by now, and what was read there too.
bool is_waiting(const struct monitor *monitor, uint64_t id);
// Reads from the plugin's memory: up to `count` bytes, how many there were. A string is ended.
size_t read_memory(pid_t task, uint64_t address, void *into, size_t count);
bool read_string(pid_t task, uint64_t address, char *into, size_t capacity);

// denials.c: at most one line a second for each thing that is denied again and again.
void count_denial(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Milliseconds until there is something to tell, or -1.
int denials_due_ms(void);
void tell_denials(bool even_if_not_due);
// The name of a system call.
const char *call_name(int number);

#endif
