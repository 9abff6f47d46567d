import SignalFeatures
import Testing

@Suite struct SpecificationTests {
  private static let plain =
    #"{"name":"t","version":"1","inputs":[{"name":"a"}],"features":[{"name":"m","input":"a","statistic":"last"}]}"#

  private static let faults: [(text: String, place: String)] = [
    ("", "line 1, column 1: the text ends where a value should be"),
    ("[]", "line 1, column 1: expected an object"),
    ("{\n \"name\": \"T\"}", "line 2, column 10: name: \"T\" is no name"),
    ("{\n \"nam\": 1}", "line 2, column 2: nam: there is no such member"),
    (#"{"name":"t"}"#, "line 1, column 1: the member \"version\" is missing"),
    (
      #"{"name":"t","version":"1","inputs":[],"features":[]}"#,
      "line 1, column 36: inputs: there is no input and no waveform"
    ),
    (
      #"{"name":"t","version":"1","inputs":[{"name":"a"}],"features":[]}"#,
      "line 1, column 62: features: there is no feature"
    ),
    (
      #"{"name":"t","version":"1","inputs":[{"name":"a","mim":1}]}"#,
      "line 1, column 49: inputs[0].mim: there is no such member"
    ),
    (
      #"{"name":"t","version":"1","inputs":[{"name":"a","min":"1"}]}"#,
      "line 1, column 55: inputs[0].min: expected a number"
    ),
    (#"{"name":"t","version":"1","inputs":[{"name":"a","min":2,"max":1}]}"#, "inputs[0].max: it is below \"min\""),
    (
      #"{"name":"t","version":"1","inputs":[{"name":"a"},{"name":"a"}]}"#,
      "line 1, column 58: inputs[1].name: \"a\" is there already"
    ),
    (#"{"name":"t","version":"1","inputs":[{"name":"a","hold_count":1001}]}"#, "1001 is not within 1...1000"),
    (#"{"name":"t","version":"1","inputs":[{"name":"1a"}]}"#, "inputs[0].name: \"1a\" is no name"),
    (#"{"name":"t","version":"1","inputs":[{"name":"a","unit":"degC","source_unit":"bar"}]}"#, "cannot be converted"),
    (#"{"name":"t","version":"1","inputs":[{"name":"a","source_unit":"bar"}]}"#, "needs \"unit\""),
    (#"{"name":"t","name":"u"}"#, "line 1, column 13: duplicate key \"name\""),
  ]

  @Test(arguments: faults)
  func faultHasItsPlace(text: String, place: String) {
    let error = #expect(throws: FeatureSpecificationError.self) { try FeatureSpecification.parse(text) }
    #expect(error.map { "\($0)".contains(place) } == true, "\(error.map { "\($0)" } ?? "")")
  }

  private static let features: [(member: String, reason: String)] = [
    (
      #"{"name":"m","input":"a","statistic":"meen"}"#,
      "features[0].statistic: \"meen\" is no statistic here; there are mean, "
    ),
    (#"{"name":"m","input":"a","statistic":"mean"}"#, "\"mean\" needs \"count\", \"seconds\" or a tumbling window"),
    (#"{"name":"m","statistic":"mean","count":1}"#, "the member \"input\" is missing"),
    (
      #"{"name":"m","input":"b","statistic":"last"}"#,
      "features[0].input: there is no input, derived signal or combination \"b\""
    ),
    (#"{"name":"m","input":"a","statistic":"mean","count":0}"#, "features[0].count: 0 is not within 1...65536"),
    (#"{"name":"m","input":"a","statistic":"mean","count":2.5}"#, "features[0].count: expected a whole number"),
    (
      #"{"name":"m","input":"a","statistic":"mean","count":2,"seconds":3}"#,
      "features[0].seconds: not together with \"count\""
    ),
    (#"{"name":"m","input":"a","statistic":"median","expanding":true}"#, "unbounded memory"),
    (#"{"name":"m","input":"a","statistic":"last","alpha":1}"#, "features[0].alpha: there is no such member"),
    (#"{"name":"m","input":"a","statistic":"ewma","alpha":2}"#, "features[0].alpha: 2.0 is not within"),
    (#"{"name":"m","input":"a","statistic":"ewma"}"#, "the member \"alpha\" is missing"),
    (#"{"name":"m","statistic":"regime"}"#, "there are no regimes"),
    (#"{"name":"m","statistic":"rms"}"#, "the member \"input\" is missing"),
    (#"{"name":"m","statistic":"expression","expression":"m"}"#, "there is no value \"m\" here"),
    (
      #"{"name":"m","input":"a","statistic":"last"},{"name":"m","input":"a","statistic":"held"}"#,
      "features[1].name: \"m\" is there already"
    ),
  ]

  @Test(arguments: features)
  func faultOfAFeatureHasItsPlace(member: String, reason: String) {
    let error = #expect(throws: FeatureSpecificationError.self) { try specification(features: [member]) }
    #expect(error.map { "\($0)".contains(reason) } == true, "\(error.map { "\($0)" } ?? "")")
  }

  private static let parts: [(part: String, reason: String)] = [
    (#""derived":[{"name":"a","expression":"1"}],"#, "derived[0].name: \"a\" is there already"),
    (
      #""regimes":{"inputs":["a"],"means":[0],"deviations":[0],"centres":[[0]]},"#,
      "regimes.deviations: a deviation is not above 0"
    ),
    (#""regimes":{"inputs":["a"],"means":[0],"deviations":[1],"centres":[]},"#, "regimes.centres: there is no centre"),
    (
      #""regimes":{"inputs":["a"],"means":[0,1],"deviations":[1],"centres":[[0]]},"#,
      "regimes.means: 2 elements, at most 1 are allowed"
    ),
    (#""normalise":{"inputs":["a"],"means":[[0,1]],"deviations":[[1,1]]},"#, "normalise.means[0]: 2 elements"),
    (#""normalise":{"inputs":["a"],"means":[0],"deviations":[-1]},"#, "normalise.deviations: a deviation is below 0"),
    (
      #""combinations":[{"name":"c","inputs":["a"],"weights":[]}],"#,
      "combinations[0].weights: 0 numbers where 1 are expected"
    ),
    (#""waveform":{"sample_rate_hz":0},"#, "waveform.sample_rate_hz: 0.0 is not within"),
    (
      #""waveform":{"sample_rate_hz":1000,"speed":"rpm"},"#,
      "waveform.speed: expected revolutions a minute or the name of an input"
    ),
    (
      #""waveform":{"sample_rate_hz":1000,"bearing":"none"},"#,
      "waveform.bearing: the bearing \"none\" is not in the catalogue"
    ),
  ]

  @Test(arguments: parts)
  func faultOfAPartHasItsPlace(part: String, reason: String) {
    let error = #expect(throws: FeatureSpecificationError.self) {
      try specification(rest: part, features: [feature("last")])
    }
    #expect(error.map { "\($0)".contains(reason) } == true, "\(error.map { "\($0)" } ?? "")")
  }

  @Test func windowsAreChecked() {
    for (window, reason) in [
      (#"{"emit_every_count":1,"tumbling_s":1}"#, "window.tumbling_s: not together with \"emit_every_count\""),
      (#"{"tumbling_s":0}"#, "window.tumbling_s: 0.0 is not within"),
      (#"{"on_gap":"reset"}"#, "window.on_gap: needs \"gap_s\""), (#"{"capacity":1e9}"#, "window.capacity"),
    ] {
      let error = #expect(throws: FeatureSpecificationError.self) {
        try specification(window: window, features: [feature("last")])
      }
      #expect(error.map { "\($0)".contains(reason) } == true, "\(error.map { "\($0)" } ?? "")")
    }
  }

  @Test func tooMuchIsRefused() {
    let many = (0...1024).map { feature("last", name: "m\($0)") }
    #expect(throws: FeatureSpecificationError.self) { try specification(features: many) }
    let large = (0..<40).map { feature("kurtosis", #""count":\#(65536 - $0)"#, name: "m\($0)") }
    let error = #expect(throws: FeatureSpecificationError.self) { try specification(features: large) }
    #expect(error?.reason.contains("bytes of memory") == true)
    #expect(throws: FeatureSpecificationError.self) {
      try FeatureSpecification.parse(String(repeating: " ", count: (1 << 20) + 1))
    }
  }

  @Test func hashIsOfTheMeaningAndNotOfTheText() throws {
    let first = try FeatureSpecification.parse(Self.plain)
    let same = try FeatureSpecification.parse(
      """
      { "features": [ {"statistic":"last", "name":"m", "input":"a"} ],
        "window": {"emit_every_count": 1.0, "capacity": 1024},
        "inputs": [ {"column":"a", "name":"a", "on_bad":"skip"} ], "version":"1", "name":"t" }
      """)
    #expect(first == same && first.hashText == same.hashText && first.hashText.count == 16)
    for change in [
      (#""m""#, #""n""#), (#""1""#, #""2""#), ("last", "held"), (#"{"name":"a"}"#, #"{"name":"a","min":0}"#),
    ] {
      let other = try FeatureSpecification.parse(Self.plain.replacing(change.0, with: change.1))
      #expect(other.hash != first.hash, "\(change)")
    }
    // Written down: a change of the canonical form is a change of every hash.
    #expect(first.hashText == "7763f11f36ba3c2c")
  }

  @Test func canonicalTextGivesTheSameSpecification() throws {
    let text = """
      {"name":"all","version":"2.1","inputs":[{"name":"a","column":"A [x]","unit":"degC","source_unit":"K","min":-5,"max":1e3,
        "maximum_rate_per_s":0.1,"maximum_step":3,"stuck_count":9,"on_bad":"use","categories":{"b":2,"a":1}},{"name":"s","hold_count":7}],
       "waveform":{"sample_rate_hz":12000,"column":"/v/x","encoding":"i16","scale":0.002,"unit":"m_s2","speed":"s",
        "bearing":{"balls":9,"ball_diameter":7.94,"pitch_diameter":39.04,"contact_angle_deg":0},"min":-9,"max":9,"samples":1024,"on_bad":"use"},
       "derived":[{"name":"d","expression":"a*(s-1)"}],
       "regimes":{"inputs":["s","d"],"means":[1,2],"deviations":[3,4],"centres":[[0,0],[1,1]]},
       "normalise":{"inputs":["a"],"means":[[0.1,0.2]],"deviations":[[1,2]]},
       "combinations":[{"name":"c","inputs":["a","d"],"weights":[0.5,-1],"offset":2},{"name":"e","expression":"c^2"}],
       "window":{"tumbling_s":0.1,"late_capacity":9,"gap_s":86400.000001,"on_gap":"reset","thin_s":0.000001,"warm_up_count":2,"capacity":77},
       "features":[{"name":"r","statistic":"rms"},{"name":"q","input":"a","statistic":"quantile","q":0.25,"raw":true},
        {"name":"t","input":"r","statistic":"slope_per_s","seconds":300000000},{"name":"x","statistic":"expression","expression":"r/q"},
        {"name":"z","input":"c","statistic":"baseline_difference","baseline_count":3,"count":2},{"name":"g","statistic":"regime"},
        {"name":"y","input":"a","statistic":"quality"},{"name":"w","input":"e","statistic":"difference","count":4},
        {"name":"v","input":"s","statistic":"ewma","half_life_count":3},{"name":"u","statistic":"count"},
        {"name":"o","statistic":"envelope_order","fault":"outer","harmonic":1}]}
      """
    let specification = try FeatureSpecification.parse(text)
    let again = try FeatureSpecification.parse(specification.canonical)
    #expect(again == specification)
    #expect(again.canonical == specification.canonical && again.hash == specification.hash)
  }
}
