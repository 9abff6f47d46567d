import CommandSyntax

CommandProgram.main(
  name: "crossdock-simulation", version: "0.1.0",
  summary: "lives of an agent in a simulated world, each from a seed",
  commands: [CampaignCommand.self, ReplayCommand.self, SelfTestCommand.self, WorkerCommand.self])
