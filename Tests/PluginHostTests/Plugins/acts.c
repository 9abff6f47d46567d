#define _GNU_SOURCE
#include "acts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

void give(int is_ok, char *result, size_t capacity) {
  const char *name = strerrorname_np(errno);
  snprintf(result, capacity, "%s", is_ok ? "ok" : name ? name : "?");
}

static void read_file(const char *path, char *result, size_t capacity) {
  char byte;
  int fd = open(path, O_RDONLY);
  give(fd >= 0 && read(fd, &byte, 1) >= 0, result, capacity);
  if (fd >= 0) close(fd);
}

static void write_file(const char *path, char *result, size_t capacity) {
  int fd = open(path, O_WRONLY | O_CREAT, 0600);
  give(fd >= 0 && write(fd, "x", 1) == 1, result, capacity);
  if (fd >= 0) close(fd);
}

// As much as FSIZE lets it, in MiB.
static void fill_file(const char *path, char *result, size_t capacity) {
  static char block[1 << 20];
  int fd = open(path, O_WRONLY | O_CREAT, 0600), count = 0;
  while (fd >= 0 && count < 4096 && write(fd, block, sizeof block) == sizeof block) count++;
  snprintf(result, capacity, "%d %s", count, strerrorname_np(errno));
  if (fd >= 0) close(fd);
}

// Touched, so that it is really there.
static void take_memory(const char *megabytes, char *result, size_t capacity) {
  size_t count = strtoul(megabytes, NULL, 10) << 20;
  char *memory = malloc(count);
  for (size_t at = 0; memory && at < count; at += 4096) memory[at] = 1;
  give(memory != NULL, result, capacity);
  free(memory);
}

static void flood(char *result, size_t capacity) {
  unsigned accepted = 0;
  for (unsigned turn = 0; turn < 1000000; turn++) accepted += emit_to("out", "\"flood\"") == 0;
  snprintf(result, capacity, "%u", accepted);
}

static void flood_bytes(char *result, size_t capacity) {
  static char body[1 << 20];
  memset(body, 'x', sizeof body - 1);
  unsigned accepted = 0;
  for (unsigned turn = 0; turn < 1000; turn++) accepted += emit_to("out", body) == 0;
  snprintf(result, capacity, "%u", accepted);
}

static void write_to_closed_pipe(char *result, size_t capacity) {
  int ends[2];
  if (pipe(ends) != 0) return give(0, result, capacity);
  close(ends[0]);
  give(write(ends[1], "x", 1) == 1, result, capacity);
  close(ends[1]);
}

static void take_shared_memory(char *result, size_t capacity) {
  give(mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED, result, capacity);
}

// Until there are no more: how many, and why.
static void take_descriptors(char *result, size_t capacity) {
  int fds[1000], count = 0;
  while (count < 1000 && (fds[count] = open("/dev/null", O_RDONLY)) >= 0) count++;
  snprintf(result, capacity, "%s", count < 1000 ? strerrorname_np(errno) : "ok");
  while (count > 0) close(fds[--count]);
}

static void raise_limit(char *result, size_t capacity) {
  struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
  give(setrlimit(RLIMIT_DATA, &limit) == 0, result, capacity);
}

void perform(const char *act, const char *argument, char *result, size_t capacity) {
  if (perform_network(act, argument, result, capacity) || perform_process(act, argument, result, capacity)) return;
  if (!strcmp(act, "read")) return read_file(argument, result, capacity);
  if (!strcmp(act, "write")) return write_file(argument, result, capacity);
  if (!strcmp(act, "fill")) return fill_file(argument, result, capacity);
  if (!strcmp(act, "unlink")) return give(unlink(argument) == 0, result, capacity);
  if (!strcmp(act, "mkdir")) return give(mkdir(argument, 0700) == 0, result, capacity);
  if (!strcmp(act, "chmod")) return give(chmod(argument, 0777) == 0, result, capacity);
  if (!strcmp(act, "symlink")) return give(symlink("/etc/shadow", argument) == 0, result, capacity);
  if (!strcmp(act, "truncate")) return give(truncate(argument, 0) == 0, result, capacity);
  if (!strcmp(act, "memory")) return take_memory(argument, result, capacity);
  if (!strcmp(act, "shared")) return take_shared_memory(result, capacity);
  if (!strcmp(act, "descriptors")) return take_descriptors(result, capacity);
  if (!strcmp(act, "empty")) return give(open(argument, O_RDONLY | O_TRUNC) >= 0, result, capacity);
  if (!strcmp(act, "limit")) return raise_limit(result, capacity);
  if (!strcmp(act, "pipe")) return write_to_closed_pipe(result, capacity);
  if (!strcmp(act, "flood")) return flood(result, capacity);
  if (!strcmp(act, "flood-bytes")) return flood_bytes(result, capacity);
  if (!strcmp(act, "foreign")) return (void)snprintf(result, capacity, "%d", emit_to(argument, "{}"));
  if (!strcmp(act, "environment")) return (void)snprintf(result, capacity, "%s", getenv(argument) ? getenv(argument) : "none");
  if (!strcmp(act, "log")) {
    for (int line = 0; line < 5000; line++) log_line("again");
    return;
  }
  snprintf(result, capacity, "no such act");
}
