/// A page as it is stored: what happened, each with what it is known by.
struct IdentifiedPage: Sendable {
    struct Entry: Sendable {
        let position: Int
        let event: BridgeEvent
        let fingerprint: String
        let occurrence: Int64
    }

    let entries: [Entry]
    let aside: [SourcePage.Aside]

    init(_ page: SourcePage, _ occurrences: inout Occurrences) {
        var entries: [Entry] = []
        entries.reserveCapacity(page.events.count)
        for placed in page.events {
            let fingerprint = placed.event.fingerprint
            entries.append(
                Entry(
                    position: placed.position, event: placed.event, fingerprint: fingerprint,
                    occurrence: occurrences.number(placed.event, fingerprint)))
        }
        self.entries = entries
        aside = page.aside
    }
}

/// What follows from a page for its window.
enum PageEnding: Hashable, Sendable {
    /// There is another one.
    case next(url: String)
    /// It was the last. `warning`: it said that there is more, and why that is not asked for.
    case last(warning: String?)

    /// Pages of one window: a source that always names another one must end some time.
    static let pagesMax = 1_000

    /// - Parameters:
    ///   - next: as the page names it.
    ///   - page: the page's number, from 0.
    ///   - seen: addresses asked for in this window.
    ///   - place: where an address is to be asked; nil: not at the source, and whoever writes the answers could
    ///     otherwise have us call whomever they like.
    static func after(
        next: String?, page: Int, seen: Set<String>, place: (String) -> String?
    ) -> PageEnding {
        guard let next else { return .last(warning: nil) }
        guard next.utf8.count <= urlBytesMax, let next = place(next) else {
            return .last(warning: "The next page is at another host or port; it was not asked for.")
        }
        guard !seen.contains(next) else { return .last(warning: "The next page is one that was asked for already.") }
        guard page + 1 < pagesMax else { return .last(warning: "There are more than \(pagesMax) pages.") }
        return .next(url: next)
    }

    private static let urlBytesMax = 2_048
}
