/// Where customers are looked up besides the table.
struct DirectorySettings: Equatable, Sendable {
    let url: String
    let token: String?
}
