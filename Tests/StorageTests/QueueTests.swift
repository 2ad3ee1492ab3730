import Testing

@testable import Storage

@Suite struct QueueTests {
    @Test("first in, first out, however puts and takes are mixed", arguments: 0..<20 as Range<UInt64>)
    func order(_ seed: UInt64) {
        var queue = FIFO<Int>()
        var model: [Int] = []
        var state = seed
        for next in 0..<500 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            if state >> 63 == 0 {
                queue.append(next)
                model.append(next)
            } else {
                #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()), "seed \(seed)")
            }
            #expect(queue.count == model.count)
        }
    }

    @Test("a mailbox says what became of an element")
    func receipts() {
        let mailbox = Mailbox<Int>(countMax: 2)
        #expect(mailbox.put(1) == .accepted(unattended: true))
        #expect(mailbox.put(2) == .accepted(unattended: true))
        #expect(mailbox.put(3) == .full)
        mailbox.close()
        #expect(mailbox.put(4) == .closed)
        #expect(mailbox.take() == 1 && mailbox.take() == 2 && mailbox.take() == nil)
    }

    @Test("a histogram counts into the range whose end is not below the value")
    func histogram() {
        var histogram = Histogram(bounds: [1, 10])
        for value in [0, 1, 1.5, 10, 11.0] { histogram.add(value) }
        #expect(histogram.counts == [2, 2, 1])
        #expect(histogram.count == 5 && histogram.sum == 23.5 && histogram.maximum == 11)
    }
}
