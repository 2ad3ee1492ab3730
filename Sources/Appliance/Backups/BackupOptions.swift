import Outbound

extension BackupSettings {
    init(_ values: OptionValues) throws(UsageError) {
        folder = values.given(.backups)?.value
        intervalHours = try Self.number(.backupHours, values, Self.intervalsHours)
        keep = try Self.number(.backupKeep, values, Self.keeps)
        drillDays = try Self.number(.backupDrillDays, values, Self.drillsDays)
        store = try Self.store(values)
    }

    private static func number(
        _ option: Option, _ values: OptionValues, _ range: ClosedRange<Int>
    ) throws(UsageError) -> Int {
        try values.value(option, "a number from \(range.lowerBound) to \(range.upperBound)") {
            Configuration.number($0, in: range)
        }
    }

    private static func store(_ values: OptionValues) throws(UsageError) -> ObjectStoreSettings? {
        let region = values.given(.s3Region)?.value ?? Option.s3Region.standard
        let given = [Option.s3URL, .s3AccessKey, .s3SecretKey].map { values.given($0)?.value }
        guard let url = given[0], let accessKey = given[1], let secretKey = given[2] else {
            guard given.allSatisfy({ $0 == nil }) else {
                let names = [Option.s3URL, .s3AccessKey, .s3SecretKey].map(\.variable).joined(separator: ", ")
                throw UsageError(explanation: "\(names): all three are needed for a store, or none")
            }
            return nil
        }
        let settings = ObjectStoreSettings(url: url, region: region, accessKey: accessKey, secretKey: secretKey)
        // Without the values: one of them is a secret, and what is wrong with another may be one.
        guard ObjectStore(settings, userAgent: "") != nil else {
            throw UsageError(
                explanation: "\(Option.s3URL.variable): must be https://host[:port]/bucket[/prefix], of letters, digits "
                    + "and -._~")
        }
        guard [region, accessKey, secretKey].allSatisfy({ $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }),
            !region.contains(":"), !accessKey.contains(":")
        else {
            throw UsageError(
                explanation: "\(Option.s3Region.variable), \(Option.s3AccessKey.variable), "
                    + "\(Option.s3SecretKey.variable): need printable ASCII characters, no spaces")
        }
        return settings
    }
}
