import CommandSyntax

CommandProgram.main(
  name: "crossdock-plugin-host", version: "0.1.0",
  summary: "A process of its own for plugin code, so that looking at a plugin cannot hurt the agent.",
  commands: [DescribeCommand.self])
