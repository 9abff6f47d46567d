/// Numbers of system calls that the headers do not give to Swift: those of x86-64 and arm64.
enum DeniedCalls {
  #if arch(x86_64)
    static let all: [(String, Int)] = [
      ("ptrace", 101), ("process_vm_readv", 310), ("process_vm_writev", 311), ("pidfd_open", 434), ("bpf", 321),
      ("perf_event_open", 298), ("keyctl", 250), ("add_key", 248), ("io_uring_setup", 425), ("userfaultfd", 323),
      ("memfd_create", 319), ("mount", 165), ("umount2", 166), ("unshare", 272), ("setns", 308),
      ("open_by_handle_at", 304),
      ("init_module", 175), ("personality", 135),
    ]
  #else
    static let all: [(String, Int)] = [
      ("ptrace", 117), ("process_vm_readv", 270), ("process_vm_writev", 271), ("pidfd_open", 434), ("bpf", 280),
      ("perf_event_open", 241), ("keyctl", 219), ("add_key", 217), ("io_uring_setup", 425), ("userfaultfd", 282),
      ("memfd_create", 279), ("mount", 40), ("umount2", 39), ("unshare", 97), ("setns", 268),
      ("open_by_handle_at", 265),
      ("init_module", 105), ("personality", 92),
    ]
  #endif
}
