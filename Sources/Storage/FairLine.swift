/// A short bounded queue in which those who ask take turns, however many places one of them has.
struct FairLine<Element> {
    private struct Place {
        let element: Element
        let source: String
        let turn: Int
    }

    private let countMax: Int
    /// In the order in which they came.
    private var places: [Place] = []
    /// The turn that was served last.
    private var turn = 0

    init(countMax: Int) { self.countMax = countMax }

    /// Gives a place to an element. In a full line that takes the last place of who has most, if they have at least
    /// two more than `source`.
    ///
    /// - Returns: what has no place: another element, or this one; nil when there was room.
    mutating func put(_ element: Element, of source: String) -> Element? {
        var left: Element?
        if places.count >= countMax {
            let held = places.reduce(into: [:]) { $0[$1.source, default: 0] += 1 }
            guard let most = held.max(by: { $0.value < $1.value }), most.value > held[source, default: 0] + 1,
                let last = places.lastIndex(where: { $0.source == most.key })
            else { return element }
            left = places.remove(at: last).element
        }
        let before = places.last { $0.source == source }?.turn ?? turn
        places.append(Place(element: element, source: source, turn: before + 1))
        return left
    }

    /// The element whose turn it is; of one turn the first that came.
    mutating func take() -> Element? {
        guard let next = places.indices.min(by: { places[$0].turn < places[$1].turn }) else { return nil }
        turn = places[next].turn
        return places.remove(at: next).element
    }
}
