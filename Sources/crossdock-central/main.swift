import CommandSyntax

CommandProgram.main(
  name: "crossdock-central", version: "0.1.0",
  summary: "receives the records of many agents exactly once, and lets planning systems pull them",
  commands: [RunCommand.self, AccountCommand.self])
