#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acts.h"

// Children that stay, until there can be no more: how many there are. They are ended again when it asks for "reap".
static pid_t children[2000];
static int child_count;

static void bomb(char *result, size_t capacity) {
  for (int turn = 0; turn < 2000; turn++) {
    pid_t child = fork();
    if (child == 0) {
      for (;;) pause();
    }
    if (child > 0) children[child_count++] = child;
  }
  snprintf(result, capacity, "%d", child_count);
}

static void reap(char *result, size_t capacity) {
  int ended = 0;
  for (int index = 0; index < child_count; index++) {
    kill(children[index], SIGKILL);
    ended += waitpid(children[index], NULL, 0) == children[index];
  }
  child_count = 0;
  snprintf(result, capacity, "%d", ended);
}

// In a child, where there may be one; else in its own place.
static void execute(const char *path, char *result, size_t capacity) {
  pid_t child = vfork();
  if (child == 0) {
    execl(path, path, "-c", "exit 7", (char *)NULL);
    _exit(errno == EACCES ? 101 : errno == EPERM ? 102 : 103);
  }
  if (child < 0) {
    execl(path, path, "-c", "exit 7", (char *)NULL);
    return give(0, result, capacity);
  }
  int status = 0;
  waitpid(child, &status, 0);
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  snprintf(result, capacity, "%s", code == 7 ? "ok" : code == 101 ? "EACCES" : code == 102 ? "EPERM" : "?");
}

static void *say_nothing(void *argument) { return argument; }

static void start_thread(char *result, size_t capacity) {
  pthread_t thread;
  errno = pthread_create(&thread, NULL, say_nothing, NULL);
  if (errno == 0) pthread_join(thread, NULL);
  give(errno == 0, result, capacity);
}

static void *stay(void *argument) {
  (void)argument;
  for (;;) pause();
}

// Threads that stay, until there can be no more: how many there are, and why not another.
static void thread_bomb(char *result, size_t capacity) {
  pthread_attr_t small;
  pthread_attr_init(&small);
  pthread_attr_setstacksize(&small, 16384);
  int count = 0, reason = 0;
  for (; count < 200 && reason == 0; count += reason == 0) {
    pthread_t thread;
    reason = pthread_create(&thread, &small, stay, NULL);
  }
  snprintf(result, capacity, "%d %s", count, reason == EAGAIN ? "EAGAIN" : reason ? "?" : "ok");
}

// A call by its number, with arguments that make it fail for another reason where it is allowed.
static void call(const char *number, char *result, size_t capacity) {
  errno = 0;
  give(syscall(strtol(number, NULL, 10), -1L, -1L, -1L, -1L, -1L, -1L) >= 0, result, capacity);
}

int perform_process(const char *act, const char *argument, char *result, size_t capacity) {
  pid_t pid = (pid_t)atoi(argument);
  if (!strcmp(act, "bomb")) {
    bomb(result, capacity);
  } else if (!strcmp(act, "reap")) {
    reap(result, capacity);
  } else if (!strcmp(act, "exec")) {
    execute(argument, result, capacity);
  } else if (!strcmp(act, "thread")) {
    start_thread(result, capacity);
  } else if (!strcmp(act, "threads")) {
    thread_bomb(result, capacity);
  } else if (!strcmp(act, "call")) {
    call(argument, result, capacity);
  } else if (!strcmp(act, "kill")) {
    give(kill(pid, SIGTERM) == 0, result, capacity);
  } else if (!strcmp(act, "probe")) {
    give(kill(pid ? pid : getpid(), 0) == 0, result, capacity);
  } else if (!strcmp(act, "trace")) {
    give(ptrace(PTRACE_SEIZE, pid, 0, 0) == 0, result, capacity);
  } else if (!strcmp(act, "namespace")) {
    give(unshare(CLONE_NEWUSER) == 0, result, capacity);
  } else if (!strcmp(act, "abort")) {
    abort();
  } else if (!strcmp(act, "crash")) {
    *(volatile int *)8 = 1;
  } else {
    return 0;
  }
  return 1;
}
