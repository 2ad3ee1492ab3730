import Testing

@testable import Appliance

@Suite struct AttendanceTests {
    private static let digest = "d1"

    /// Ann with one session, or none.
    private func standing(revision: Int64, isSignedIn: Bool) -> AccountStanding {
        let session = AccountSession(
            id: "s1", digest: Self.digest, createdAt: Timestamp(0), usedAt: Timestamp(0), agent: nil)
        let account = Account(
            id: "a1", email: "ann@example.org", name: nil, role: .player, hasPassword: true, createdAt: Timestamp(0),
            changedAt: Timestamp(0), signedInAt: Timestamp(0), disabledAt: nil, revision: revision)
        return AccountStanding(account: account, sessions: isSignedIn ? [session] : [])
    }

    private func isIn(_ attendance: Attendance) -> Bool { attendance.caller(Self.digest, at: 1, UseNotes()) != nil }

    enum Way: CaseIterable { case signedOut, deleted }

    @Test("what was read before somebody left does not bring them back, nor behind a sweep", arguments: Way.allCases)
    func late(_ way: Way) {
        let attendance = Attendance(), before = standing(revision: 1, isSignedIn: true)
        attendance.load(before)
        #expect(isIn(attendance))
        switch way {
        case .signedOut: attendance.load(standing(revision: 2, isSignedIn: false))
        case .deleted: attendance.forget("a1")
        }
        attendance.load(before)
        #expect(!isIn(attendance))
        attendance.sweep(at: 1)
        attendance.load(before)
        #expect(!isIn(attendance))
    }

    @Test("whoever signs in between two sweeps stays")
    func back() {
        let attendance = Attendance()
        attendance.load(standing(revision: 1, isSignedIn: false))
        attendance.sweep(at: 1)
        attendance.load(standing(revision: 2, isSignedIn: true))
        for _ in 0..<3 { attendance.sweep(at: 1) }
        #expect(isIn(attendance))
    }

    @Test("who has left is not remembered for ever", arguments: Way.allCases)
    func forgotten(_ way: Way) {
        let attendance = Attendance()
        attendance.load(standing(revision: 2, isSignedIn: false))
        if way == .deleted { attendance.forget("a1") }
        for _ in 0..<2 { attendance.sweep(at: 1) }
        // As after a restart: anything is news.
        attendance.load(standing(revision: 1, isSignedIn: true))
        #expect(isIn(attendance))
    }
}
