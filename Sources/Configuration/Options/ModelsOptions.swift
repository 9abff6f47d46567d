enum ModelsOptions {
  static let rows = StoreRows(
    noun: "model", plural: "trained models", folder: "models", does: "decides what is computed",
    holds: "one folder a model, in it one a version", shown: "`crossdock model list`")

  static let table = OptionTable(
    header: "[models]", summary: "Trained models that an operator installs, and whose they may be.",
    rows: [rows.folder, rows.trustKeys, rows.allowUnsigned],
    refused: ["trust_key": "did you mean \"trust_keys\"?"])
}
