import Outbound
import Testing

@testable import Appliance

@Suite struct MessageStepTests {
    @Test("a message's status follows from its deliveries", arguments: [
        ([(.waiting, 0)], .pending), ([(.waiting, 0), (.waiting, 0)], .pending),
        ([(.inFlight, 0)], .queued), ([(.waiting, 3)], .queued), ([(.waiting, 0), (.delivered, 1)], .queued),
        ([(.waiting, 0), (.inFlight, 0)], .queued), ([(.waiting, 0), (.cancelled, 0)], .queued),
        ([(.delivered, 1)], .sent), ([(.delivered, 1), (.delivered, 4)], .sent),
        ([(.failed, 9)], .error), ([(.failed, 9), (.delivered, 1)], .error), ([(.failed, 9), (.waiting, 0)], .error),
        ([(.cancelled, 0)], .cancelled), ([(.cancelled, 2), (.delivered, 1)], .cancelled),
        ([], .error),
    ] as [([(DeliveryState, Int)], MessageStatus)])
    func status(_ deliveries: [(DeliveryState, Int)], is expected: MessageStatus) {
        #expect(MessageStep.status(of: deliveries.map { (state: $0.0, tries: $0.1) }) == expected)
    }
}
