/// When the writer copies the write-ahead log into the file, and how hard it tries.
///
/// A pure rule over the log's length. Gentle attempts come every `pagesPassive` pages. They empty the log when no
/// reader is in it; where reads overlap all the time, some reader always is. So past `pagesForced` the writer stops
/// for a moment: reads that begin meanwhile do not need the log, and the last one in it ends. If one does not end,
/// the next forced attempt waits until the log has doubled, so that a report that runs for minutes does not stop
/// the writer again and again.
struct CheckpointRule {
    enum Attempt: Equatable { case none, passive, forced }

    let pagesPassive: Int
    let pagesForced: Int
    private var nextPassive: Int
    private var nextForced: Int
    private var pagesBefore = 0

    init(pagesPassive: Int, pagesForced: Int) {
        precondition(pagesPassive > 0 && pagesForced >= pagesPassive)
        self.pagesPassive = pagesPassive
        self.pagesForced = pagesForced
        nextPassive = pagesPassive
        nextForced = pagesForced
    }

    /// What to do after a commit that left the log with so many pages. A log shorter than before has started over.
    mutating func committed(pages: Int) -> Attempt {
        if pages < pagesBefore {
            nextPassive = pagesPassive
            nextForced = pagesForced
        }
        pagesBefore = pages
        let attempt: Attempt = pages >= nextForced ? .forced : pages >= nextPassive ? .passive : .none
        if attempt != .none { nextPassive = pages + pagesPassive }
        if attempt == .forced { nextForced = pages * 2 }
        return attempt
    }
}
