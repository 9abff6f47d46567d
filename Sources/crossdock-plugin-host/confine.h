// Takes everything away from this process that the plugin's declaration does not give it. docs/security.md says what is denied by
// which mechanism, and what happens where one is missing.
#ifndef HOST_CONFINE_H
#define HOST_CONFINE_H

#include <stdbool.h>

#include "settings.h"

struct confinement_state {
  char text[256];  // one line for the log
  bool is_whole;   // nothing is missing
};

// Before anything else: what came along from the agent that is not for a plugin (descriptors, signals, environment).
void shed_inheritance(const struct settings *settings);

// Ends the program when something fails that must not: a plugin never runs unconfined by accident.
struct confinement_state confine(const struct settings *settings);

#endif
