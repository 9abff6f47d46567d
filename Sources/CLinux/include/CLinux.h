// Linux interfaces that Swift's Glibc module leaves out, and the few variadic calls that Swift cannot make.
#ifndef CROSSDOCK_CLINUX_H
#define CROSSDOCK_CLINUX_H
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

// open(2) is variadic. Flags always get O_CLOEXEC.
int crossdock_open(const char *path, int flags, unsigned mode);
// Opens a file to read it whole. A named pipe would wait for whoever writes into it, a socket cannot be read: -1 with crossdock_not_plain in errno.
// Pipes of /dev and /proc (standard input, a shell's <(…)) have their writer already.
int crossdock_open_plain(const char *path);
// No errno of open(2) or read(2).
enum { crossdock_not_plain = 4096 };
// renameat2(2) with RENAME_EXCHANGE: the two names change places. 0, or -1 with errno.
int crossdock_exchange(const char *path, const char *other);
// Runs a program of the PATH in a folder with this process's environment and waits for it; its output goes to this process's standard
// error. 0 and its exit code (128 + the signal that killed it) as status, or an errno.
int crossdock_run_in(const char *folder, char *const *argv, int *status);
// TIOCGWINSZ; 0 on success, else -1 (not a terminal).
int crossdock_terminal_size(int fd, int *columns, int *rows);
// Non-zero while the kernel says that the clock is disciplined (adjtimex: no STA_UNSYNC).
int crossdock_clock_is_synchronised(void);
// Unix datagram to an sd_notify(3) address; a leading '@' means the abstract namespace. 0, or -1 with errno.
int crossdock_notify(const char *address, const char *message);
// A descriptor of a process: readable when the process has ended. -1 with errno.
int crossdock_pidfd_open(int process);
// Signals the process of a descriptor, never another one that has its number by now. 0, or -1 with errno.
int crossdock_pidfd_signal(int descriptor, int signal);
// The calling thread's name, cut to 15 bytes.
void crossdock_set_thread_name(const char *name);
// One heap for all threads, which gives back what is freed: large blocks at once, the end of the heap soon.
void crossdock_keep_heap_small(void);
// Hands back the pages of code and constants that are mapped now; those still needed are mapped again from the page cache when they are
// run. Returns the bytes of the mappings.
long crossdock_release_code_pages(void);
// Starts a program in a process group of its own, with no signal blocked or ignored and nothing open but: `io` as standard input and output,
// `errors` as standard error. argv and envp end with NULL. 0, or an errno.
int crossdock_spawn(const char *path, char *const *argv, char *const *envp, int io, int errors, pid_t *pid);
// A pair of connected stream sockets, close-on-exec; ours[0] does not block. 0, or -1 with errno.
int crossdock_socket_pair(int ends[2]);
// A pipe, close-on-exec; ends[0], the reading end, does not block. 0, or -1 with errno.
int crossdock_quiet_pipe(int ends[2]);
// Files, folders and bytes on the disk beneath a folder, and of what a process (if not 0) has open and deleted. Counting ends when there are
// more than the bounds. What cannot be read does not count.
void crossdock_folder_use(const char *path, pid_t process, long most_files, int64_t most_bytes, long *files, int64_t *bytes);
// CRC-32C (Castagnoli); start with 0, feed the result back in.
uint32_t crossdock_crc32c(uint32_t crc, const void *data, size_t count);
#endif
