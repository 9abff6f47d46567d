import CommandSyntax

CommandProgram.main(
  name: "crossdock", version: Version.text,
  summary: "The edge agent: MQTT in, durable before it is acknowledged, models on the box, everything to central.",
  commands: AllCommands.list)
