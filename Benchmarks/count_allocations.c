// Counts heap allocations of a process's first thread, for LD_PRELOAD.
//
// ALLOCATION_COUNTS names a file of two 64-bit counters, which this maps: calls that came from the program itself (its own
// code and the statically linked Swift runtime), and calls that came from the libraries it uses (libmosquitto, SQLite, the C
// library). Other threads are not counted. Told apart by the return address: the program's own segments are known at start.

#define _GNU_SOURCE
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

enum { own, library };

static uint64_t *counts;
static uintptr_t program_begin, program_end;
static __thread int is_first_thread;

static int note_program(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size, (void)data;
  program_begin = UINTPTR_MAX;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    if (header->p_type != PT_LOAD) continue;
    uintptr_t begin = info->dlpi_addr + header->p_vaddr;
    if (begin < program_begin) program_begin = begin;
    if (begin + header->p_memsz > program_end) program_end = begin + header->p_memsz;
  }
  return 1;  // The first object is the program.
}

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("ALLOCATION_COUNTS");
  if (!path) return;
  int fd = open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  dl_iterate_phdr(note_program, NULL);
  void *mapped = mmap(NULL, 2 * sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (mapped == MAP_FAILED) return;
  counts = mapped;
  is_first_thread = 1;
}

static void note(const void *caller) {
  if (!is_first_thread) return;
  uintptr_t address = (uintptr_t)caller;
  counts[address >= program_begin && address < program_end ? own : library]++;
}

void *malloc(size_t size) {
  note(__builtin_return_address(0));
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  note(__builtin_return_address(0));
  return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
  note(__builtin_return_address(0));
  return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note(__builtin_return_address(0));
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
  note(__builtin_return_address(0));
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : 12;
}
