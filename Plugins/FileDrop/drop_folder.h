// The folder that another system picks files up from. A file is there whole or not at all, also after a power cut: it is written under a
// name that begins with a dot, synced, renamed, and the folder is synced, before drop_file answers 0.
//
//     scans-000000000001-000000000128-18a2b3c4d5e6f701.ndjson
//     stream, first and last sequence, ingest time of the first record (hexadecimal ns)
//
// A batch that comes again has the same first record, so its file takes the place of the one that was written for it before:
// one with the same stream, first sequence and ingest time, whatever its last sequence. The ingest time tells apart what a new journal
// counts from 1 again.
#ifndef DROP_FOLDER_H
#define DROP_FOLDER_H

#include <stddef.h>
#include <stdint.h>

enum { MAX_FILE_NAME = 255, MAX_PATH = 4000 };

typedef struct drop_name {
  char text[MAX_FILE_NAME + 1];
  size_t stream_and_first;  // length of the part that is the same for each attempt, from the beginning
  const char *tail;         // "-INGEST.ndjson", the other such part
} drop_name;

typedef struct drop_folder {
  char path[MAX_PATH];
  int descriptor;  // -1: not open
} drop_folder;

// Each answers 0, or the errno of what went wrong.
int drop_open(drop_folder *folder);
void drop_close(drop_folder *folder);
// How many files wait to be picked up.
int drop_count(const drop_folder *folder, uint32_t *waiting);
// Removes what an instance that was killed left half-written.
int drop_clean(const drop_folder *folder);
void drop_make_name(drop_name *name, const char *stream, uint64_t first, uint64_t last, int64_t ingest_time_ns);
int drop_file(const drop_folder *folder, const drop_name *name, const char *text, size_t count);

#endif
