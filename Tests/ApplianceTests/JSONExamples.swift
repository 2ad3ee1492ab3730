import FoundationEssentials

/// The blocks of JSON in a document of this repository.
///
/// - Parameter section: only of the section with this heading of the second level.
func jsonExamples(in document: String, section: String? = nil) throws -> [String] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    let text = try String(contentsOf: root.appending(path: document), encoding: .utf8)
    var examples: [String] = []
    var lines: [Substring]?
    var isInside = section == nil
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        if let section, line.hasPrefix("## ") {
            isInside = line == "## \(section)"
        } else if line == "```json" {
            lines = []
        } else if line == "```", let example = lines {
            if isInside { examples.append(example.joined(separator: "\n")) }
            lines = nil
        } else {
            lines?.append(line)
        }
    }
    return examples
}
