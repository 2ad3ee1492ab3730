import Synchronization
import Web

/// Lets few exports run at a time: each keeps one of the threads that read, and all others need those that are left.
final class ExportPlaces: Sendable {
    static let countMax = 2

    private let taken = Mutex(0)

    /// Nil when all are taken. A place is free again when the last reference to it is gone.
    func take() -> Place? {
        taken.withLock { taken in
            guard taken < Self.countMax else { return nil }
            taken += 1
            return Place(of: self)
        }
    }

    final class Place: Sendable {
        private let places: ExportPlaces

        fileprivate init(of places: ExportPlaces) { self.places = places }

        deinit { places.taken.withLock { $0 -= 1 } }
    }
}

extension Problem {
    static let tooManyExports = Problem(
        .unavailable, "export.busy",
        "\(ExportPlaces.countMax) exports are running already. Try again when one is done.", retryAfterSeconds: 10)
}
