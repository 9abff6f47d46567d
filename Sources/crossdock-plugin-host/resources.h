// Resource limits of the plugin's process.
#ifndef HOST_RESOURCES_H
#define HOST_RESOURCES_H

#include <stdbool.h>

#include "settings.h"

// `counts_alone`: processes are counted in a user namespace of its own; elsewhere the limit would count all of the user's.
void set_limits(const struct settings *settings, bool counts_alone);

#endif
