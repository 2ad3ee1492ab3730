internal import FoundationEssentials
internal import Storage

/// Where an S3-compatible store is and who may use it. Never shown: `secretKey` is a secret, and the address of a bucket
/// is nobody else's business.
public struct ObjectStoreSettings: Sendable, Equatable {
    /// `https://host[:port]/bucket[/prefix]`: the bucket is addressed by path, as every such store allows.
    public var url: String
    public var region: String
    public var accessKey: String
    public var secretKey: String

    public init(url: String, region: String, accessKey: String, secretKey: String) {
        self.url = url
        self.region = region
        self.accessKey = accessKey
        self.secretKey = secretKey
    }
}

/// Why an object store did not do what it was asked.
public enum ObjectStoreFault: Error, Sendable, Equatable {
    /// There was no answer.
    case unanswered(TransferFailure)
    /// It answered this, with S3's own code for it, where it gave one.
    case refused(status: Int, code: String?)
    /// S3 takes no more in one piece.
    case tooLarge

    /// For people; carries no key and no address.
    public var explanation: String {
        switch self {
        case .unanswered(let failure): failure.detail
        case .refused(let status, let code?): "The store answered \(status) \(code)."
        case .refused(let status, nil): "The store answered \(status)."
        case .tooLarge: "The file is larger than \(ObjectStore.objectBytesMax >> 30) GiB, which is too much for one upload."
        }
    }
}

/// A bucket of an S3-compatible store, or the part of it below a prefix.
///
/// It calls over a thread of its own: that one reads files, and deliveries must not wait for a disk.
public final class ObjectStore: Sendable {
    /// What S3 takes as one PUT.
    public static let objectBytesMax: Int64 = 5 << 30
    /// Time for a whole file; a transfer that hangs is ended much sooner.
    static let fileTimeoutMs = 6 * 3_600_000
    /// A thousand names, the most of one answer, come to half of it.
    static let listBytesMax = 1 << 20

    private let base: String
    private let bucket: String
    private let prefix: String
    private let signature: RequestSignature
    private let transfers: Transfers

    /// Nil when the URL is none of that form; its path may hold letters, digits and `-._~` only, which need no
    /// encoding and so are signed as they are sent.
    public init?(_ settings: ObjectStoreSettings, userAgent: String) {
        let parts = settings.url.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 4, ["https:", "http:"].contains(parts[0]), parts[1].isEmpty,
            Self.isPlain(parts[2], and: ":[]"), !parts[2].isEmpty
        else { return nil }
        let path = parts[3...].last == "" ? parts[3...].dropLast() : parts[3...]
        guard let name = path.first, path.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." && Self.isPlain($0) })
        else { return nil }
        bucket = "\(parts[0])//\(parts[2])/\(name)"
        prefix = path.dropFirst().map { "\($0)/" }.joined()
        base = "\(bucket)/\(prefix)"
        signature = RequestSignature(
            region: settings.region, accessKey: settings.accessKey, secretKey: settings.secretKey)
        transfers = Transfers(.init(userAgent: userAgent))
    }

    /// Stores a file, replacing one of that name: it is there whole or not at all.
    ///
    /// - Parameter sha256: of the file, lower-case hex; the store refuses what arrives otherwise.
    public func put(
        file: String, bytes: Int64, sha256: String, as name: String
    ) async throws(ObjectStoreFault) {
        guard bytes <= Self.objectBytesMax else { throw .tooLarge }
        let headers = [(name: "content-type", value: "application/octet-stream"), Self.digest(sha256)]
        try await call(base + name, .file(path: file, bytes: bytes, headers: headers), Self.fileTimeoutMs)
    }

    /// Stores a few bytes.
    public func put(_ body: [UInt8], type: String, as name: String) async throws(ObjectStoreFault) {
        let headers = [(name: "content-type", value: type), Self.digest(SHA256.hex(of: body))]
        try await call(base + name, .http(.put, headers: headers, body: body))
    }

    /// Removes an object; one that is not there is no fault.
    public func delete(_ name: String) async throws(ObjectStoreFault) {
        try await call(base + name, .http(.delete, headers: [Self.digest(Self.nothing)], body: []))
    }

    /// The first thousand names that begin so, sorted, without the prefix of the store.
    public func names(beginningWith start: String) async throws(ObjectStoreFault) -> [String] {
        precondition(Self.isPlain(start))
        // Sorted and encoded as the signature wants it: libcurl 7.88 signs the query as it stands.
        let encoded = (prefix + start).replacing("/", with: "%2F")
        let answer = try await call(
            "\(bucket)?list-type=2&prefix=\(encoded)", .http(.get, headers: [Self.digest(Self.nothing)], body: []))
        return String(decoding: answer.body, as: UTF8.self).split(separator: "<Key>").dropFirst()
            .compactMap { $0.split(separator: "</Key>", maxSplits: 1).first }
            .filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    /// Ends what is under way.
    public func close() { transfers.close() }

    @discardableResult
    private func call(
        _ url: String, _ content: TransferRequest.Content, _ timeoutMs: Int = TransferRequest.totalTimeoutMs
    ) async throws(ObjectStoreFault) -> TransferAnswer {
        var request = TransferRequest(
            url: url, content: content, allowPrivate: true, totalTimeoutMs: timeoutMs,
            answerBytesMax: Self.listBytesMax)
        request.signature = signature
        switch await transfers.perform(request).ending {
        case .failed(let failure): throw .unanswered(failure)
        case .answered(let answer) where (200...299).contains(answer.status): return answer
        case .answered(let answer): throw .refused(status: answer.status, code: Self.code(in: answer.body))
        }
    }

    private static let nothing = SHA256.hex(of: [])

    private static func digest(_ sha256: String) -> (name: String, value: String) {
        (name: "x-amz-content-sha256", value: sha256)
    }

    /// S3's word for a refusal. Nothing else of its answer is repeated: it holds the access key and what was signed.
    private static func code(in body: [UInt8]) -> String? {
        let text = String(decoding: body.prefix(4_096), as: UTF8.self)
        guard let code = text.split(separator: "<Code>").dropFirst().first?.split(separator: "<").first,
            code.utf8.count <= 64, isPlain(String(code))
        else { return nil }
        return String(code)
    }

    private static func isPlain(_ text: String, and more: String = "") -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-._~".utf8.contains(byte) || more.utf8.contains(byte)
            }
        }
    }
}
