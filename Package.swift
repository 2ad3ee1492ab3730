// swift-tools-version: 6.2
import PackageDescription

/// One strict set of rules for every target: a warning is an error, and what crosses a module boundary says so.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    // Tests run with the runtime's checks of exclusive access; they cost 6 % of the instructions of a small request.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

func tests(for target: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(target)Tests", dependencies: [.byName(name: target)] + dependencies,
        path: "Tests/\(target)Tests", swiftSettings: strict)
}

let package = Package(
    name: "parley",
    products: [
        .executable(name: "parley", targets: ["Appliance"]),
        .executable(name: "parley-echo", targets: ["Echo"]),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", path: "Sources/Storage/CSQLite"),
        .systemLibrary(name: "COpenSSL", path: "Sources/Web/COpenSSL"),
        .systemLibrary(name: "CEpoll", path: "Sources/Web/CEpoll"),
        .systemLibrary(name: "CCurl", path: "Sources/Outbound/CCurl"),
        .target(
            name: "Storage", dependencies: ["CSQLite", "COpenSSL"], path: "Sources/Storage",
            exclude: ["CSQLite", "DESIGN.md"], swiftSettings: strict,
            linkerSettings: [.linkedLibrary(":libsqlite3.a"), .linkedLibrary("crypto")]),
        .target(
            name: "Web", dependencies: ["CEpoll", "COpenSSL"], path: "Sources/Web",
            exclude: ["CEpoll", "COpenSSL", "DESIGN.md"], swiftSettings: strict,
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .target(
            name: "Outbound", dependencies: ["Storage", "CCurl", "COpenSSL"], path: "Sources/Outbound",
            exclude: ["CCurl", "DESIGN.md"], swiftSettings: strict,
            linkerSettings: [.linkedLibrary("crypto")]),
        .executableTarget(
            name: "Appliance", dependencies: ["Storage", "Web", "Outbound"], path: "Sources/Appliance",
            exclude: ["DESIGN.md"], swiftSettings: strict),
        .executableTarget(
            name: "conformance-client", dependencies: ["Web"], path: "Tests/Conformance/Client", swiftSettings: strict),
        .executableTarget(name: "Echo", dependencies: ["Web"], path: "Examples/Echo", swiftSettings: strict),
        tests(for: "Storage", ["CSQLite"]),
        tests(for: "Web", ["COpenSSL"]),
        tests(for: "Outbound", ["Storage"]),
        tests(for: "Appliance", ["Storage", "Web", "Outbound"]),
    ]
)
