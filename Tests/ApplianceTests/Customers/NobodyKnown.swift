import Web

@testable import Appliance

/// An appliance that knows no customer, the sample's neither.
func withNobodyKnown(_ body: (TestAppliance) async throws -> Void) async throws {
    try await withAppliance { parley in
        _ = await parley.ask(.delete, "/api/customers/\(SampleSurvey.customer.id)")
        try await body(parley)
    }
}
