#include "filter.h"

#include <asm/unistd.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define COUNT(list) (sizeof(list) / sizeof *(list))

// What a process does with itself: reads and writes what it has open, memory, time, waiting, signals to itself, threads.
static const int harmless[] = {
  __NR_read, __NR_write, __NR_futex, __NR_clock_gettime, __NR_readv, __NR_writev, __NR_pread64, __NR_pwrite64, __NR_preadv,
  __NR_pwritev, __NR_preadv2, __NR_pwritev2, __NR_close, __NR_close_range, __NR_fstat, __NR_statx, __NR_lseek, __NR_munmap,
  __NR_mremap, __NR_mprotect, __NR_madvise, __NR_brk, __NR_msync, __NR_mincore, __NR_rt_sigaction, __NR_rt_sigprocmask,
  __NR_rt_sigreturn, __NR_rt_sigpending, __NR_rt_sigtimedwait, __NR_rt_sigsuspend, __NR_sigaltstack, __NR_pipe2, __NR_pselect6,
  __NR_ppoll, __NR_epoll_create1, __NR_epoll_ctl, __NR_epoll_pwait, __NR_epoll_pwait2, __NR_eventfd2, __NR_timerfd_create,
  __NR_timerfd_settime, __NR_timerfd_gettime, __NR_dup, __NR_dup3, __NR_flock, __NR_fsync, __NR_fdatasync, __NR_getdents64,
  __NR_getcwd, __NR_chdir, __NR_fchdir, __NR_readlinkat, __NR_faccessat, __NR_faccessat2, __NR_umask, __NR_statfs, __NR_fstatfs,
  __NR_sendfile, __NR_copy_file_range, __NR_fadvise64, __NR_readahead, __NR_getpid, __NR_getppid, __NR_gettid, __NR_getuid,
  __NR_geteuid, __NR_getgid, __NR_getegid, __NR_getresuid, __NR_getresgid, __NR_getgroups, __NR_getpgid, __NR_getsid,
  __NR_getrusage, __NR_times, __NR_sysinfo, __NR_uname, __NR_clock_getres, __NR_clock_nanosleep, __NR_nanosleep,
  __NR_gettimeofday, __NR_futex_waitv, __NR_set_robust_list, __NR_get_robust_list, __NR_set_tid_address, __NR_rseq,
  __NR_membarrier, __NR_sched_yield, __NR_sched_getaffinity, __NR_sched_getparam, __NR_sched_getscheduler,
  __NR_sched_get_priority_max, __NR_sched_get_priority_min, __NR_exit, __NR_exit_group, __NR_restart_syscall, __NR_getrandom,
  __NR_wait4, __NR_waitid, __NR_setitimer, __NR_getitimer, __NR_timer_create, __NR_timer_settime, __NR_timer_gettime,
  __NR_timer_delete, __NR_getcpu, __NR_getpriority,
#ifdef __NR_newfstatat
  __NR_newfstatat,
#endif
#ifdef __NR_fstatat64
  __NR_fstatat64, __NR_fstat64, __NR_stat64, __NR_lstat64, __NR__llseek, __NR_fstatfs64, __NR_statfs64, __NR_clock_gettime64,
  __NR_clock_nanosleep_time64, __NR_futex_time64, __NR_ppoll_time64, __NR_pselect6_time64, __NR_recv, __NR_send,
#endif
#ifdef __NR_stat  // the older names of the same, which x86 still has
  __NR_stat, __NR_lstat, __NR_access, __NR_readlink, __NR_pipe, __NR_select, __NR_poll, __NR_epoll_create, __NR_epoll_wait,
  __NR_eventfd, __NR_dup2, __NR_getdents, __NR_getpgrp, __NR_time, __NR_alarm, __NR_pause, __NR_getrlimit,
#endif
#ifdef __NR_arch_prctl
  __NR_arch_prctl,
#endif
};

// Changes of the file system by path: where Landlock confines paths.
static const int path_changes[] = {
  __NR_mkdirat, __NR_unlinkat, __NR_renameat2, __NR_linkat, __NR_ftruncate, __NR_fallocate,
#ifdef __NR_renameat
  __NR_renameat,
#endif
#ifdef __NR_mkdir
  __NR_mkdir, __NR_rmdir, __NR_unlink, __NR_rename, __NR_link,
#endif
};

// Opening: the monitor sees what is denied (and denies it itself where there is no Landlock).
static const int opening[] = {
  __NR_openat,
#ifdef __NR_open
  __NR_open, __NR_creat,
#endif
};

// A connected stream, once the monitor has connected it.
static const int on_connections[] = {
  __NR_getsockopt, __NR_setsockopt, __NR_getsockname, __NR_getpeername, __NR_shutdown, __NR_recvfrom, __NR_recvmsg,
};

// What nobody does by accident: each try is counted.
static const int telling[] = {
  __NR_execve, __NR_execveat, __NR_clone, __NR_socket, __NR_connect, __NR_bind, __NR_listen, __NR_accept4, __NR_sendto,
  __NR_sendmsg, __NR_sendmmsg, __NR_ptrace, __NR_process_vm_readv, __NR_process_vm_writev, __NR_pidfd_open, __NR_pidfd_getfd,
  __NR_pidfd_send_signal, __NR_kill, __NR_tkill, __NR_tgkill, __NR_rt_sigqueueinfo, __NR_rt_tgsigqueueinfo, __NR_mount,
  __NR_umount2, __NR_pivot_root, __NR_chroot, __NR_unshare, __NR_setns, __NR_open_tree, __NR_move_mount, __NR_fsopen, __NR_bpf,
  __NR_perf_event_open, __NR_keyctl, __NR_add_key, __NR_request_key, __NR_io_uring_setup, __NR_userfaultfd, __NR_memfd_create,
  __NR_init_module, __NR_finit_module, __NR_kexec_load, __NR_reboot, __NR_open_by_handle_at, __NR_fchmodat, __NR_fchownat,
  __NR_utimensat, __NR_setxattr, __NR_symlinkat, __NR_mknodat, __NR_setsid, __NR_setpgid, __NR_prlimit64, __NR_personality,
#ifdef __NR_fork
  __NR_fork, __NR_vfork, __NR_accept, __NR_chmod, __NR_chown, __NR_symlink, __NR_mknod,
#endif
};

static struct rule bits(int number, uint32_t argument, uint32_t mask, uint32_t value, enum verdict verdict) {
  return (struct rule){number, verdict, BITS_ARE, argument, mask, value};
}

static void add_all(struct program *program, const int *numbers, size_t count, enum verdict verdict, bool has_monitor) {
  for (size_t index = 0; index < count; index++) {
    add_rule(program, &(struct rule){.number = numbers[index], .verdict = verdict}, has_monitor);
  }
}

// Landlock before ABI 3 does not look at truncation: a file that may be read could be emptied.
static void add_opening(struct program *program, struct filter_choice choice) {
  const struct rule rules[] = {
    {.number = __NR_truncate, .verdict = choice.limits_truncation ? ALLOW : DENY},
    // The flags of openat2 are in memory, where a filter cannot see them.
    {.number = __NR_openat2, .verdict = choice.limits_truncation ? WATCH : ABSENT},
    bits(__NR_openat, 2, O_TRUNC | O_ACCMODE, O_TRUNC | O_RDONLY, DENY),
#ifdef __NR_open
    bits(__NR_open, 1, O_TRUNC | O_ACCMODE, O_TRUNC | O_RDONLY, DENY),
#endif
  };
  for (size_t index = 0; index < COUNT(rules); index++) add_rule(program, &rules[index], choice.has_monitor);
  add_all(program, opening, COUNT(opening), WATCH, choice.has_monitor);
}

// Calls that are harmless with some arguments only.
static void add_by_argument(struct program *program, bool has_monitor) {
  const struct rule rules[] = {
    // Memory that is shared and has no file would not count in RLIMIT_DATA.
    bits(__NR_mmap, 3, MAP_SHARED | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS, DENY),
    {.number = __NR_mmap, .verdict = ALLOW},
    // Threads, not processes; the monitor counts them. The flags of clone3 are in memory, where a filter cannot see them.
    {.number = __NR_clone3, .verdict = ABSENT},
    bits(__NR_clone, 0, CLONE_THREAD, CLONE_THREAD, WATCH),
    bits(__NR_ioctl, 1, ~0u, TCGETS, ALLOW), bits(__NR_ioctl, 1, ~0u, TIOCGWINSZ, ALLOW),
    bits(__NR_ioctl, 1, ~0u, FIONREAD, ALLOW), bits(__NR_ioctl, 1, ~0u, FIONBIO, ALLOW),
    bits(__NR_ioctl, 1, ~0u, FIOCLEX, ALLOW), bits(__NR_ioctl, 1, ~0u, FIONCLEX, ALLOW),
    // No signals by way of a descriptor.
    bits(__NR_fcntl, 1, ~0u, F_SETOWN, DENY), bits(__NR_fcntl, 1, ~0u, F_SETOWN_EX, DENY),
    bits(__NR_fcntl, 1, ~0u, F_SETSIG, DENY), bits(__NR_fcntl, 1, ~0u, F_NOTIFY, DENY),
    {.number = __NR_fcntl, .verdict = ALLOW},
    bits(__NR_prctl, 0, ~0u, PR_SET_NAME, ALLOW), bits(__NR_prctl, 0, ~0u, PR_GET_NAME, ALLOW),
    bits(__NR_prctl, 0, ~0u, PR_SET_VMA, ALLOW), bits(__NR_prctl, 0, ~0u, PR_GET_NO_NEW_PRIVS, ALLOW),
    bits(__NR_prctl, 0, ~0u, PR_CAPBSET_READ, ALLOW), bits(__NR_prctl, 0, ~0u, PR_GET_DUMPABLE, ALLOW),
    bits(__NR_socketpair, 1, 0xf, SOCK_STREAM, ALLOW),
    // Times of a file that is open.
    {__NR_utimensat, ALLOW, IS_NULL, 1, 0, 0},
    // Sending on a stream; an address, or data in the opening packet, would be a connection of another kind.
    bits(__NR_sendto, 3, MSG_FASTOPEN, MSG_FASTOPEN, REPORT), {__NR_sendto, ALLOW, IS_NULL, 4, 0, 0},
    bits(__NR_sendmsg, 2, MSG_FASTOPEN, 0, ALLOW), bits(__NR_sendmmsg, 3, MSG_FASTOPEN, 0, ALLOW),
  };
  for (size_t index = 0; index < COUNT(rules); index++) add_rule(program, &rules[index], has_monitor);
}

// Signals and limits: its own only.
static void add_own(struct program *program, bool has_monitor) {
  const uint32_t own = (uint32_t)getpid();
  const struct rule rules[] = {
    bits(__NR_kill, 0, ~0u, own, ALLOW), bits(__NR_tgkill, 0, ~0u, own, ALLOW),
    bits(__NR_rt_sigqueueinfo, 0, ~0u, own, ALLOW), bits(__NR_rt_tgsigqueueinfo, 0, ~0u, own, ALLOW),
    bits(__NR_prlimit64, 0, ~0u, 0, ALLOW), bits(__NR_prlimit64, 0, ~0u, own, ALLOW),
  };
  for (size_t index = 0; index < COUNT(rules); index++) add_rule(program, &rules[index], has_monitor);
}

// Nobody there to look at addresses: TCP to the declared ports, which Landlock keeps, where any address is declared.
static void add_unwatched_network(struct program *program) {
  const struct rule rules[] = {
    bits(__NR_socket, 1, 0xf, SOCK_DGRAM, DENY), bits(__NR_socket, 1, 0xf, SOCK_RAW, DENY),
    bits(__NR_socket, 1, 0xf, SOCK_SEQPACKET, DENY), bits(__NR_socket, 1, 0xf, SOCK_PACKET, DENY),
    bits(__NR_socket, 2, ~0u, IPPROTO_SCTP, DENY), bits(__NR_socket, 2, ~0u, IPPROTO_MPTCP, DENY),
    bits(__NR_socket, 0, ~0u, AF_INET, ALLOW), bits(__NR_socket, 0, ~0u, AF_INET6, ALLOW),
    {.number = __NR_connect, .verdict = ALLOW},
  };
  for (size_t index = 0; index < COUNT(rules); index++) add_rule(program, &rules[index], false);
}

static bool goes_anywhere(const struct settings *settings) {
  for (unsigned index = 0; index < settings->destination_count; index++) {
    if (!settings->destinations[index].any_address) return false;
  }
  return settings->destination_count > 0;
}

static void add_processes(struct program *program, struct filter_choice choice) {
  const uint32_t spaces = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
  // The monitor counts; without one the kernel does, for users other than root.
  struct rule clone = bits(__NR_clone, 0, spaces, 0, WATCH);
  add_rule(program, &clone, choice.has_monitor);
#ifdef __NR_fork
  add_all(program, (const int[]){__NR_fork, __NR_vfork}, 2, WATCH, choice.has_monitor);
#endif
  // Children have pids that the filter does not know: without Landlock's scope they cannot signal each other.
  if (choice.scopes_signals) {
    add_all(program, (const int[]){__NR_kill, __NR_tgkill}, 2, ALLOW, choice.has_monitor);
  }
}

void make_filter(struct program *program, const struct settings *settings, struct filter_choice choice) {
  bool has_monitor = choice.has_monitor;
  begin_program(program);
  add_all(program, harmless, COUNT(harmless), ALLOW, has_monitor);
  add_opening(program, choice);
  add_all(program, path_changes, COUNT(path_changes), choice.has_landlock ? ALLOW : DENY, has_monitor);
  add_by_argument(program, has_monitor);
  add_own(program, has_monitor);
  if (settings->destination_count > 0) add_all(program, on_connections, COUNT(on_connections), ALLOW, has_monitor);
  if (!has_monitor && choice.limits_ports && goes_anywhere(settings)) add_unwatched_network(program);
  if (settings->processes > 0) add_processes(program, choice);
  // Without a monitor the start's own execve could not be told from another. What may be executed is Landlock's matter then.
  if (settings->becomes_program || settings->processes > 0) {
    add_all(program, (const int[]){__NR_execve}, 1, WATCH, has_monitor);
  }
  add_all(program, telling, COUNT(telling), REPORT, has_monitor);
  end_program(program);
}
