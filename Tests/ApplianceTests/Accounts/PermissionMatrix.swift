import FoundationEssentials
import Web

@testable import Appliance

/// What docs/permissions.md says.
struct PermissionMatrix {
    enum Verdict: String, Sendable { case yes, no, own }

    struct Row: Sendable {
        let method: String
        let pattern: String
        /// Nil where nobody is asked for one.
        let scope: Scope?
        let ofNobody: Verdict
        let ofRoles: [Role: Verdict]

        var route: String { "\(method) \(pattern)" }
    }

    var rows: [Row] = []
    /// Scopes with the names of those who have them.
    var scopes: [String: [String]] = [:]
    /// Lines of tables that cannot be understood.
    var unclear: [String] = []

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/permissions.md"), encoding: .utf8)
        var columns: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("|") else {
                columns = []
                continue
            }
            let cells = line.split(separator: "|").map(Self.trimmed)
            guard !columns.isEmpty else {
                columns = cells
                continue
            }
            guard !cells.allSatisfy({ $0.allSatisfy { $0 == "-" } }) else { continue }
            let values = Dictionary(zip(columns, cells)) { first, _ in first }
            if let scope = values["scope"], let holders = values["roles"] {
                scopes[scope] = holders.split(separator: ",").map(Self.trimmed)
            } else if let row = Row(values) {
                rows.append(row)
            } else {
                unclear.append(String(line))
            }
        }
    }

    fileprivate static func trimmed(_ cell: Substring) -> String { cell.filter { $0 != " " && $0 != "`" } }
}

extension PermissionMatrix.Row {
    fileprivate init?(_ values: [String: String]) {
        guard let method = values["method"], let pattern = values["route"], let scope = values["scope"],
            let nobody = values["nobody"].flatMap(PermissionMatrix.Verdict.init)
        else { return nil }
        self.method = method
        self.pattern = pattern
        self.scope = Scope(rawValue: scope)
        guard scope == "" || self.scope != nil else { return nil }
        ofNobody = nobody
        var verdicts: [Role: PermissionMatrix.Verdict] = [:]
        for role in Role.allCases {
            guard let verdict = values[role.rawValue].flatMap(PermissionMatrix.Verdict.init) else { return nil }
            verdicts[role] = verdict
        }
        ofRoles = verdicts
    }
}

extension Role {
    func allows(_ scope: Scope) -> Bool {
        Caller(kind: .account, id: "", name: "", scopes: scopes).allows(scope)
    }
}

extension RouteSummary {
    var name: String { method.name + " " + pattern }

    /// The row that it needs, as `Role.scopes` has it.
    var row: String {
        func verdict(_ role: Role) -> PermissionMatrix.Verdict {
            guard let scope else { return .yes }
            guard scope != .own else { return .own }
            return role.allows(scope) ? .yes : .no
        }
        let verdicts = PermissionTests.columns.map { verdict($0).rawValue }.joined(separator: " | ")
        let needed = scope.map { "`\($0.rawValue)`" } ?? ""
        return "| \(method.name) | `\(pattern)` | \(needed) | \(scope == nil ? "yes" : "no") | \(verdicts) |"
    }
}
