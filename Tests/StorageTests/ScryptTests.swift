import Testing

@testable import Storage

@Suite struct ScryptTests {
    /// RFC 7914 section 12; its last vector takes a gigabyte.
    @Test(
        "keys are those of RFC 7914",
        arguments: [
            ("", "", 4, 1, 1,
                """
                77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442\
                fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906
                """),
            ("password", "NaCl", 10, 8, 16,
                """
                fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162\
                2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640
                """),
            ("pleaseletmein", "SodiumChloride", 14, 8, 1,
                """
                7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2\
                d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887
                """),
        ])
    func vectors(_ password: String, _ salt: String, _ log2N: Int, _ r: Int, _ p: Int, _ expected: String) {
        let cost = Scrypt.Cost(log2N: log2N, r: r, p: p)
        let key = Scrypt.key(of: Array(password.utf8), salt: Array(salt.utf8), cost: cost, count: 64)
        #expect(key.map(SHA256.hex) == expected)
    }

    @Test(
        "what would take the machine is not computed",
        arguments: [(21, 1, 1), (20, 8, 1), (15, 33, 1), (10, 8, 17), (0, 8, 1), (10, 0, 1), (64, 1, 1), (-1, 1, 1)])
    func unbearable(_ log2N: Int, _ r: Int, _ p: Int) {
        #expect(Scrypt.key(of: [1], salt: [2], cost: Scrypt.Cost(log2N: log2N, r: r, p: p)) == nil)
    }

    @Test("a queue derives what Scrypt does, counts it, and takes nothing once it is closed")
    func queue() async {
        let queue = ScryptQueue(), cost = Scrypt.Cost(log2N: 1, r: 1, p: 1)
        let key = await queue.key(of: [1], salt: [2], cost: cost, for: "a", in: .strangers)
        #expect(key == Scrypt.key(of: [1], salt: [2], cost: cost))
        #expect(queue.derived == 1)
        queue.close()
        let late = await queue.key(of: [1], salt: [2], cost: cost, for: "a", in: .known)
        #expect(late == nil)
    }

    @Test("more than may wait are refused at once, and every other is served")
    func full() async {
        let queue = ScryptQueue(), cost = Scrypt.Cost(log2N: 15, r: 8, p: 1), asked = ScryptQueue.waitingMax + 20
        let served = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<asked {
                group.addTask { await queue.key(of: [1], salt: [2], cost: cost, for: "a", in: .strangers) != nil }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(served >= ScryptQueue.waitingMax && served < asked)
        queue.close()
    }

    @Test("strangers who fill their line leave room to those from elsewhere, and to who is known")
    func shared() async {
        let queue = ScryptQueue(), cost = Scrypt.Cost(log2N: 15, r: 8, p: 1)
        @Sendable func isServed(_ source: String, _ line: ScryptQueue.Line) async -> Bool {
            await queue.key(of: [1], salt: [2], cost: cost, for: source, in: line) != nil
        }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<ScryptQueue.waitingMax + 20 { group.addTask { await isServed("flood", .strangers) } }
            // The first that is refused says that the line is full.
            var isFull = false
            while !isFull, let wasServed = await group.next() { isFull = !wasServed }
            #expect(isFull)
            let stranger = await isServed("elsewhere", .strangers), known = await isServed("ann", .known)
            #expect(stranger && known)
            queue.close()
        }
    }
}
