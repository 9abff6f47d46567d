import CommandSyntax

/// The commands in the order of `crossdock --help`. A plugin's command is there when its folder is.
enum AllCommands {
  static var list: [any Command.Type] {
    var commands: [any Command.Type] = [
      RunCommand.self, CheckConfigCommand.self, ReloadCommand.self, StatusCommand.self, TopCommand.self,
      TailCommand.self,
      ExportCommand.self, DoctorCommand.self,
      SimulateCommand.self, WaitDrainedCommand.self, JournalInspectCommand.self, JournalVerifyCommand.self,
      JournalRepairCommand.self, JournalCompactCommand.self, JournalExportCommand.self, JournalImportCommand.self,
      PluginNewCommand.self, PluginTestCommand.self, PluginPackCommand.self, PluginSignCommand.self,
      PluginVerifyCommand.self, PluginInstallCommand.self, PluginListCommand.self, PluginEnableCommand.self,
      PluginDisableCommand.self, PluginRollbackCommand.self, PluginRemoveCommand.self, PluginTraceCommand.self,
    ]
    #if PLUGIN_PICK_ROUTING
      commands +=
        [
          RouteCommand.self, BatchCommand.self, LayoutCheckCommand.self, LayoutDrawCommand.self,
          LayoutImportCommand.self,
        ] as [any Command.Type]
    #endif
    #if PLUGIN_STOP_SEQUENCING
      commands.append(StopsCommand.self)
    #endif
    #if PLUGIN_PREDICTIVE_MAINTENANCE
      commands.append(ExplainCommand.self)
      commands.append(ReplayCommand.self)
      commands.append(PlotCommand.self)
      commands.append(ReportCommand.self)
      commands.append(ModelEventCommand.self)
      commands.append(FeaturesCommand.self)
      commands.append(DetectCommand.self)
      commands +=
        [
          ModelPackCommand.self, ModelSignCommand.self, ModelVerifyCommand.self, ModelInstallCommand.self,
          ModelListCommand.self, ModelShowCommand.self, ModelPromoteCommand.self, ModelRollbackCommand.self,
          ModelCompareCommand.self, ModelRemoveCommand.self, ModelRunCommand.self,
        ] as [any Command.Type]
      commands += [BearingCommand.self, TrendCommand.self] as [any Command.Type]
    #endif
    return commands
  }
}
