// Namespaces and capabilities.
#ifndef HOST_NAMESPACES_H
#define HOST_NAMESPACES_H

#include <stdbool.h>

struct namespaces {
  bool has_user, has_net;
};

// A user namespace of its own, with IPC, host name, and (unless it may connect) network. Goes on without where it is not allowed.
struct namespaces enter_namespaces(bool may_connect);
// All capabilities, and with them the right to ever get one.
void drop_capabilities(void);

#endif
