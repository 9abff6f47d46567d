// Landlock (landlock(7)): what may be opened, changed, executed and connected to, held by the kernel for this process and its children.
#ifndef HOST_LANDLOCK_H
#define HOST_LANDLOCK_H

#include <stdbool.h>

#include "settings.h"

// The kernel's Landlock ABI; 0: it has none, or it is switched off.
int landlock_abi(void);

// A ruleset for these settings; ends the program when it cannot be made.
int make_ruleset(const struct settings *settings, int abi);
// Restricts this process, and what it starts.
void restrict_by(int ruleset);

// Whether a real path may be opened. Independent of whether the kernel has Landlock.
bool is_path_allowed(const char *real_path, bool for_writing);

#endif
