/// Metrics in the text format that Prometheus scrapes.
///
/// Source: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    enum Kind: String { case counter, gauge, histogram }

    typealias Labels = KeyValuePairs<String, String>

    private(set) var text = ""

    /// Begins a metric; its samples follow.
    mutating func metric(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ value: some CustomStringConvertible, _ labels: Labels = [:]) {
        sample(name, value, labels.map { ($0.key, $0.value) })
    }

    /// A metric with one sample.
    mutating func single(
        _ name: String, _ kind: Kind, _ help: String, _ value: some CustomStringConvertible, _ labels: Labels = [:]
    ) {
        metric(name, kind, help)
        sample(name, value, labels)
    }

    /// The buckets of one histogram: `counts` per bucket, not yet added up, one more than there are bounds.
    mutating func histogram(_ name: String, _ labels: Labels, bounds: [Double], counts: [Int], sum: Double) {
        let labels = labels.map { ($0.key, $0.value) }
        var total = 0
        for (index, count) in counts.enumerated() {
            total += count
            sample("\(name)_bucket", total, labels + [("le", index < bounds.count ? "\(bounds[index])" : "+Inf")])
        }
        sample("\(name)_sum", sum, labels)
        sample("\(name)_count", total, labels)
    }

    private mutating func sample(_ name: String, _ value: some CustomStringConvertible, _ labels: [(String, String)]) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    private static func escaped(_ value: String) -> String {
        var escaped = ""
        for character in value {
            switch character {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
