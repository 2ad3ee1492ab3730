internal import CCurl
internal import COpenSSL

/// What the couriers stand on, as the libraries name themselves: for people who look for a known fault.
public enum LibraryVersions {
    /// Such as `libcurl/8.5.0 OpenSSL/3.0.13 …`; loads the library. Nil where it is not installed.
    public static var curl: String? {
        parley_curl_is_there() == 0 ? nil : parley_curl_version().map { String(cString: $0) }
    }

    public static var openSSL: String { String(cString: OpenSSL_version(OPENSSL_VERSION)) }
}
