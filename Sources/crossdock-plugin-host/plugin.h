// A plugin's shared object: loaded once, never unloaded. Its structures are read through struct_size.
#ifndef HOST_PLUGIN_H
#define HOST_PLUGIN_H

#include <crossdock_plugin.h>

// True when the writer of *pointer knew this member.
#define KNOWS(pointer, member) \
  ((pointer)->struct_size >= offsetof(__typeof__(*(pointer)), member) + sizeof((pointer)->member))

// Runs the constructors of the file: the plugin's code runs in this process from here on. Ends the program with this exit code when
// it is no plugin that this host can use.
const crossdock_plugin *load_plugin(const char *path, int exit_code);

// Row `index` of its option table, whose rows are as long as the first one says.
const crossdock_option *plugin_option(const crossdock_plugin *plugin, uint32_t index);


// The descriptor as JSON on standard output.
void describe_plugin(const crossdock_plugin *plugin);

#endif
