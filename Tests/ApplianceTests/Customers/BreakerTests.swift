import Testing

@testable import Appliance

@Suite struct BreakerTests {
    /// Plays `+` (admitted and went well), `-` (admitted and failed), `x` (kept away), `?` (admitted, still under way),
    /// each with the time at which it happens; an outcome of a call under way is `g` or `f`.
    @Test(
        "who is let in, and when",
        arguments: [
            ("0- 1- 2- 3- 4- 5x 4x 13x 14+ 14+", "five failures in a row, ten seconds, one probe"),
            ("0- 1- 2- 3- 4+ 5- 6- 7- 8- 9+", "a success begins the count anew"),
            ("0- 1- 2- 3- 4- 14- 23x 24+", "a probe that fails begins the pause anew"),
            ("0- 1- 2- 3- 4- 14? 14x 30x 31g 31+", "one probe at a time"),
            ("0- 1- 2- 3- 4- 14? 15f 24x 25+", "a probe's failure counts from its end"),
            ("0? 0? 0? 0? 0? 0? 1f 1f 1f 1f 1f 2f 10x 11+", "those under way when it opens do not prolong it"),
        ])
    func script(_ script: String, _ claim: String) throws {
        var breaker = Breaker(failuresMax: 5, pauseMs: 10)
        for step in script.split(separator: " ") {
            let now = try #require(Int64(step.dropLast()))
            let label = Comment(rawValue: "\(claim): \(step)")
            let what = step.last
            if what == "g" { breaker.succeeded() }
            if what == "f" { breaker.failed(at: now) }
            guard let what, "+-?x".contains(what) else { continue }
            let isAdmitted = breaker.admits(at: now)
            #expect(isAdmitted == (what != "x"), label)
            if what == "x" { #expect(breaker.isOpen(at: now), label) }
            if what == "+" { breaker.succeeded() }
            if what == "-" { breaker.failed(at: now) }
        }
    }
}

@Suite struct DirectoryCacheTests {
    private func entry(_ number: Int, goodUntil: Int64 = 100) -> DirectoryCache.Entry {
        .init(attributes: ["n": .number(Double(number))], goodUntil: goodUntil)
    }

    @Test("an entry is good until its time, and gone then")
    func time() {
        var cache = DirectoryCache(entriesMax: 10), found: DirectoryCache.Entry?
        cache.keep(entry(1), for: "a")
        found = cache.entry(for: "a", at: 99)
        #expect(found == entry(1))
        found = cache.entry(for: "a", at: 100)
        #expect(found == nil)
        #expect(cache.count == 0)
    }

    @Test("a newer answer takes the place of the older one, in either half")
    func replace() {
        var cache = DirectoryCache(entriesMax: 4), found: DirectoryCache.Entry?
        for (number, id) in ["a", "b", "c", "a"].enumerated() { cache.keep(entry(number), for: id) }
        found = cache.entry(for: "a", at: 0)
        #expect(found == entry(3))
        cache.forget("a")
        found = cache.entry(for: "a", at: 0)
        #expect(found == nil)
    }

    @Test("never more than it may hold, and whoever is asked for again and again stays")
    func room() {
        var cache = DirectoryCache(entriesMax: 10), found: DirectoryCache.Entry?
        cache.keep(entry(0), for: "regular")
        for number in 1...1_000 {
            cache.keep(entry(number), for: "guest \(number)")
            #expect(cache.count <= 10)
            guard number % 3 == 0 else { continue }
            let regular = cache.entry(for: "regular", at: 0)
            #expect(regular == entry(0), "\(number)")
        }
        found = cache.entry(for: "guest 1", at: 0)
        #expect(found == nil)
        found = cache.entry(for: "guest 1000", at: 0)
        #expect(found == entry(1_000))
    }
}
