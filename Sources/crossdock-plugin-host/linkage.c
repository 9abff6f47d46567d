// The package manager links every program with Swift's driver, which adds Swift's libraries at the end of the command. This program uses
// nothing of them, and a plugin that brings a Swift runtime must find none here. What the driver reads from this section comes before
// its libraries: those that nothing refers to are left out.
__attribute__((used, section(".swift1_autolink_entries"))) static const char linker_options[] = "-Xlinker\0--as-needed";
