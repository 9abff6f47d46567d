// Names of the calls that are counted when they are denied.
#include <stdio.h>
#include <sys/syscall.h>

#include "monitor.h"

#define NAME(call) {SYS_##call, #call}

static const struct {
  int number;
  const char *name;
} names[] = {
  NAME(clone), NAME(bind), NAME(listen), NAME(accept4), NAME(sendto), NAME(sendmsg), NAME(sendmmsg), NAME(ptrace),
  NAME(process_vm_readv), NAME(process_vm_writev), NAME(pidfd_open), NAME(pidfd_getfd), NAME(pidfd_send_signal), NAME(kill),
  NAME(tkill), NAME(tgkill), NAME(rt_sigqueueinfo), NAME(rt_tgsigqueueinfo), NAME(mount), NAME(umount2), NAME(pivot_root),
  NAME(chroot), NAME(unshare), NAME(setns), NAME(open_tree), NAME(move_mount), NAME(fsopen), NAME(bpf), NAME(perf_event_open),
  NAME(keyctl), NAME(add_key), NAME(request_key), NAME(io_uring_setup), NAME(userfaultfd), NAME(memfd_create), NAME(init_module),
  NAME(finit_module), NAME(kexec_load), NAME(reboot), NAME(open_by_handle_at), NAME(fchmodat), NAME(fchownat), NAME(utimensat),
  NAME(setxattr), NAME(symlinkat), NAME(mknodat), NAME(setsid), NAME(setpgid), NAME(prlimit64), NAME(personality),
#ifdef SYS_fork
  NAME(fork), NAME(vfork), NAME(accept), NAME(chmod), NAME(chown), NAME(symlink), NAME(mknod),
#endif
};

const char *call_name(int number) {
  for (size_t index = 0; index < sizeof names / sizeof *names; index++) {
    if (names[index].number == number) return names[index].name;
  }
  static char text[32];
  snprintf(text, sizeof text, "call %d", number);
  return text;
}
