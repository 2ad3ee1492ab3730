import COpenSSL
import Glibc
import Testing

@testable import Web

/// Our own end of connections that we open.
@Suite(.timeLimit(.minutes(2))) struct TLSClientTests {
    private static let authority = TLSTestIdentity(names: "DNS:root")

    /// How a handshake with `host` ends, and what is answered to a request after it.
    private func outcome(
        showing identity: TLSTestIdentity, calling host: String, trusting authorities: String?
    ) async throws -> HandshakeFailure? {
        let result = Result()
        try await withServer {
            $0.tls = identity.files
        } routes: {
            standardRoutes(&$0)
        } _: { server, _ in
            let wire = try WireClient(port: server.port)
            let session = try #require(try TLSContext(trusting: authorities).session(with: host, over: wire.socket))
            let transport = Transport(socket: wire.socket, tls: session)
            switch session.handshake() {
            case .done: try Self.ask(transport)
            case .failed(let failure): result.set(failure)
            case .awaitsBytes, .awaitsRoom: Issue.record("a blocking socket waits by itself")
            }
        }
        return result.failure
    }

    private static func ask(_ transport: Transport) throws {
        #expect(transport.tls?.applicationProtocol == "http/1.1")
        let request = Array("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
        #expect(request.withUnsafeBytes { transport.send($0) } == .moved(request.count))
        var answer: [UInt8] = []
        withUnsafeTemporaryAllocation(byteCount: 65_536, alignment: 16) { buffer in
            while case .moved(let count) = transport.receive(into: buffer) { answer += buffer[..<count] }
            #expect(transport.receive(into: buffer) == .ended)
        }
        #expect(String(decoding: answer, as: UTF8.self).hasSuffix("ok\n"))
    }

    private final class Result: @unchecked Sendable {
        // Safe because it is read when the server's test has ended.
        private(set) var failure: HandshakeFailure?
        func set(_ failure: HandshakeFailure) { self.failure = failure }
    }

    @Test(arguments: [
        ("DNS:localhost", "localhost", nil), ("IP:127.0.0.1", "127.0.0.1", nil), ("IP:::1", "::1", nil),
        ("DNS:*.example.org", "a.example.org", nil),
        ("DNS:localhost", "example.org", "hostname mismatch"), ("DNS:127.0.0.1", "127.0.0.1", "IP address mismatch"),
        ("DNS:*.example.org", "a.b.example.org", "hostname mismatch"),
        ("DNS:w*.example.org", "www.example.org", "hostname mismatch"),
    ] as [(String, String, String?)])
    func `a certificate must be for the name we call`(names: String, host: String, why: String?) async throws {
        let leaf = TLSTestIdentity(names: names, issuer: Self.authority)
        let failure = try await outcome(
            showing: leaf, calling: host, trusting: Self.authority.files.certificate)
        #expect(failure == why.map { .certificateRefused($0) })
    }

    @Test func `a certificate nobody vouches for is refused`() async throws {
        let failure = try await outcome(showing: TLSTestIdentity(), calling: "localhost", trusting: nil)
        #expect(failure == .certificateRefused("self-signed certificate"))
        let leaf = TLSTestIdentity(issuer: Self.authority)
        let other = TLSTestIdentity(names: "DNS:other root")
        let second = try await outcome(showing: leaf, calling: "localhost", trusting: other.files.certificate)
        guard case .certificateRefused = second else {
            Issue.record("\(String(describing: second))")
            return
        }
    }

    @Test func `a certificate that has expired is refused`() async throws {
        let leaf = TLSTestIdentity(days: -3 ..< -1, issuer: Self.authority)
        let failure = try await outcome(
            showing: leaf, calling: "localhost", trusting: Self.authority.files.certificate)
        #expect(failure == .certificateRefused("certificate has expired"))
    }

    @Test func `a server without TLS is told from one that breaks off`() async throws {
        try await withServer(routes: standardRoutes) { server, _ in
            let wire = try WireClient(port: server.port)
            let session = try #require(try TLSContext().session(with: "localhost", over: wire.socket))
            guard case .failed(let failure) = session.handshake() else {
                Issue.record("shook hands with nobody")
                return
            }
            #expect(failure == .notTLS && failure.reason == "not_tls")
        }
    }

    @Test func `authorities that cannot be read are named`() {
        #expect(throws: TLSFault.unreadable(file: "/nowhere.pem", reason: "No such file or directory")) {
            try TLSContext(trusting: "/nowhere.pem")
        }
    }

    @Test(arguments: ["", "a\0b", String(repeating: "a", count: 300)])
    func `what is no host name has no session`(host: String) throws {
        #expect(try TLSContext().session(with: host, over: -1) == nil)
    }
}
