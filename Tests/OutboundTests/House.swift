import Glibc
import Storage

@testable import Outbound

/// A database in a folder of its own, a clock that stands still, and a dispatcher whose courier a test writes.
final class House: Sendable {
    let database: Database
    let clock: VirtualClock
    let dispatcher: Dispatcher
    let changes = Recorder<DeliveryChange>()
    let events = Recorder<OutboundEvent>()
    let attempts = Recorder<AttemptNote>()
    let sent: Recorder<Parcel>
    private let folder: String

    /// - Parameters:
    ///   - folder: of a house before, to see what a restart finds; a new one when nil.
    ///   - send: what the courier of kind `test` answers, given the parcel and how many came before it.
    init(
        in folder: String? = nil, clock: VirtualClock = VirtualClock(), parallelism: Int = 4,
        pacePerSecond: Double? = nil, vault: Vault = Vault(),
        send: @escaping @Sendable (Parcel, Int) async -> CourierOutcome = { _, _ in .init(.delivered, code: "ok") },
        observer: DeliveryObserver? = nil
    ) throws {
        self.clock = clock
        self.folder = folder ?? Self.temporaryFolder()
        database = try Database(.init(folder: self.folder), migrations: OutboundTables.migrations)
        let (changes, events, attempts) = (changes, events, attempts)
        let sent = Recorder<Parcel>()
        self.sent = sent
        let courier = Courier(
            kind: "test",
            fields: [SettingField("secret", .text, secret: true, limits: 0...100, explanation: "A secret.")],
            parallelism: parallelism, pacePerSecond: pacePerSecond,
            send: { parcel in
                let before = sent.items.count
                sent.add(parcel)
                return await send(parcel, before)
            })
        var configuration = Dispatcher.Configuration(onEvent: { events.add($0) })
        configuration.onAttempt = { attempts.add($0) }
        configuration.now = { clock.now }
        configuration.sleep = { await clock.sleep(until: $0) }
        configuration.jitter = { 0 }
        let record: DeliveryObserver = { transaction, change throws(StorageError) in
            try observer?(transaction, change)
            changes.add(change)
        }
        dispatcher = Dispatcher(
            database: database, couriers: [courier], observers: ["test": record], vault: vault,
            configuration: configuration)
    }

    /// Closes the database and leaves the folder for the next house.
    func leave() -> String {
        database.close()
        return folder
    }

    func tearDown() async {
        await dispatcher.stop(within: .zero)
        database.close()
        _ = try? removeFolder(folder)
    }

    func save(_ name: String, paused: Bool = false, settings: [String: SettingValue] = [:]) async throws {
        let channel = Channel(name: name, kind: "test", settings: settings, paused: paused)
        let now = clock.now
        try await database.write { transaction throws(StorageError) in try transaction.save(channel, at: now) }
    }

    @discardableResult
    func enqueue(
        _ channel: String, _ references: String..., lane: String? = nil, request: String? = nil
    ) async throws -> [String] {
        let now = clock.now
        return try await database.write { transaction throws(StorageError) in
            var ids: [String] = []
            for reference in references {
                let notice = Notice(subject: reference, text: reference)
                ids.append(
                    try transaction.enqueue(
                        Delivery(
                            channel: channel, source: "test", reference: reference, lane: lane, notice: notice,
                            request: request),
                        at: now))
            }
            return ids
        }
    }

    /// The delivery of a reference as it is on disk, after everything that was told of it is committed.
    func delivery(_ reference: String) async throws -> DeliveryRecord? {
        try await database.write { transaction throws(StorageError) in
            try transaction.snapshot.deliveries(source: "test", reference: reference).first
        }
    }

    func wait(for state: DeliveryState, of references: String...) async {
        await changes.wait { changes in
            references.allSatisfy { reference in
                changes.contains { $0.reference == reference && $0.state == state }
            }
        }
    }

    private static func temporaryFolder() -> String {
        var template = Array("/tmp/outbound-tests-XXXXXX\0".utf8CString.dropLast())
        guard mkdtemp(&template) != nil else { preconditionFailure("no temporary folder") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func removeFolder(_ path: String) throws {
        guard let directory = opendir(path) else { return }
        defer { closedir(directory) }
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            unlink("\(path)/\(name)")
        }
        rmdir(path)
    }
}

/// Runs a test in a house and takes it down, whatever happens.
func inHouse(_ house: House, _ body: (House) async throws -> Void) async throws {
    do {
        try await body(house)
    } catch {
        await house.tearDown()
        throw error
    }
    await house.tearDown()
}
