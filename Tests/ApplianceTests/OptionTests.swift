import FoundationEssentials
import Testing

@testable import Appliance

@Suite struct OptionTests {
    private func configuration(_ arguments: [String], _ environment: [String: String] = [:]) throws(UsageError)
        -> Configuration
    {
        try ServeCommand.configuration(arguments, environment).0
    }

    @Test("flags win over the environment, which wins over the default")
    func order() throws {
        #expect(try configuration([]).dataFolder == "./data")
        #expect(try configuration([], ["PARLEY_DATA": "/e"]).dataFolder == "/e")
        #expect(try configuration(["--data", "/f"], ["PARLEY_DATA": "/e"]).dataFolder == "/f")
        #expect(try configuration(["--data=/f"], ["PARLEY_DATA": "/e"]).dataFolder == "/f")
        #expect(try configuration([], ["PARLEY_DATA": ""]).dataFolder == "./data")
    }

    @Test(
        "what cannot be used is named with its value",
        arguments: [
            (["--listen", "abc"], [:], "--listen: 'abc' is not host:port"),
            ([], ["PARLEY_LISTEN": "127.0.0.1:99999"], "PARLEY_LISTEN: '127.0.0.1:99999' is not host:port"),
            (["--loops", "65"], [:], "--loops: '65' is not a number from 0 to 64"),
            (["--log-level", "loud"], [:], "--log-level: 'loud' is not one of debug, info, notice, warning, error"),
            (["--log-format", "xml"], [:], "--log-format: 'xml' is not one of json, text, auto"),
            (["--rate-limit", "-1"], [:], "--rate-limit: '-1' is not a number from 0 to 1000000"),
            (["--sign-in-limit", "many"], [:], "--sign-in-limit: 'many' is not a number from 0 to 100000"),
            (
                ["--trusted-proxies", "10.0.0.1/8"], [:],
                "--trusted-proxies: '10.0.0.1/8' is not networks such as 10.0.0.0/8, loopback or private"
            ),
            (
                [], ["PARLEY_HSTS": "max-age=-1"],
                "PARLEY_HSTS: 'max-age=-1' is not off, or such as max-age=31536000; includeSubDomains"
            ),
            (
                ["--hsts", "max-age=5; x\r\nset-cookie: a"], [:],
                "--hsts: 'max-age=5; x\r\nset-cookie: a' is not off, or such as max-age=31536000; includeSubDomains"
            ),
            (
                ["--redirect-listen", "127.0.0.1:80"], [:],
                "--redirect-listen: needs TLS (--tls-certificate), to have where to send"
            ),
            (
                ["--redirect-listen", "80", "--tls-certificate", "c", "--tls-key", "k"], [:],
                "--redirect-listen: '80' is not host:port"
            ),
            (["--stop-seconds", "1.5"], [:], "--stop-seconds: '1.5' is not a number from 0 to 300"),
            (["--data"], [:], "--data: a value is missing"),
            (["--data", "a", "--data", "b"], [:], "--data: given twice"),
            (["--speed", "9"], [:], "--speed: there is no such flag; 'parley help' lists them"),
            (["now"], [:], "serve: 'now' is one word too many"),
            (
                ["--tls-key", "k"], [:],
                "--tls-certificate (PARLEY_TLS_CERTIFICATE), --tls-key (PARLEY_TLS_KEY): both are needed for TLS, or none"
            ),
            (
                [], ["PARLEY_SMTP_URL": "smtp://h"],
                "PARLEY_SMTP_URL, PARLEY_SMTP_FROM, PARLEY_EMAIL_TO: all three are needed for email, or none"
            ),
        ] as [([String], [String: String], String)])
    func refused(_ arguments: [String], _ environment: [String: String], _ expected: String) {
        let error = #expect(throws: UsageError.self) { try configuration(arguments, environment) }
        #expect(error?.explanation == expected)
    }

    @Test("a token too short to be secret is refused without being repeated")
    func shortToken() {
        let error = #expect(throws: UsageError.self) { try configuration([], ["PARLEY_ADMIN_TOKEN": "hunter2"]) }
        #expect(error?.explanation.contains("PARLEY_ADMIN_TOKEN") == true)
        #expect(error?.explanation.contains("hunter2") == false)
    }

    @Test("recipients are read from a list with commas")
    func recipients() throws {
        let environment = [
            "PARLEY_SMTP_URL": "smtp://h", "PARLEY_SMTP_FROM": "a@b.c", "PARLEY_EMAIL_TO": " x@y.z , q@r.s,",
        ]
        #expect(try configuration([], environment).samples.email?.to == ["x@y.z", "q@r.s"])
    }

    @Test(
        "what browsers are told of HTTPS is a year unless said otherwise",
        arguments: [
            ([:], "max-age=31536000"), (["PARLEY_HSTS": "off"], nil), (["PARLEY_HSTS": "max-age=0"], "max-age=0"),
            (["PARLEY_HSTS": "max-age=63072000; includeSubDomains; preload"], "max-age=63072000; includeSubDomains; preload"),
        ] as [([String: String], String?)])
    func transportSecurity(_ environment: [String: String], _ expected: String?) throws {
        #expect(try configuration([], environment).strictTransportSecurity == expected)
    }

    @Test("nobody is trusted as a proxy unless named")
    func proxies() throws {
        #expect(try configuration([]).trustedProxies == [])
        #expect(try configuration([], ["PARLEY_TRUSTED_PROXIES": ""]).trustedProxies == [])
        #expect(try configuration(["--trusted-proxies", "loopback, 10.0.0.0/8"]).trustedProxies.count == 3)
    }

    @Test(
        "cookies are left plain where others can come and nothing says that they use TLS",
        arguments: [
            ([:], false), (["PARLEY_LISTEN": "0.0.0.0:8080"], true), (["PARLEY_LISTEN": "[::]:8080"], true),
            (["PARLEY_LISTEN": "[::1]:8080"], false), (["PARLEY_LISTEN": "localhost:8080"], false),
            (["PARLEY_LISTEN": "0.0.0.0:8080", "PARLEY_PUBLIC_URL": "https://a.test"], false),
            (["PARLEY_LISTEN": "0.0.0.0:8080", "PARLEY_PUBLIC_URL": "http://a.test"], true),
            (["PARLEY_LISTEN": "0.0.0.0:8080", "PARLEY_TRUSTED_PROXIES": "private"], false),
        ] as [([String: String], Bool)])
    func plainCookies(_ environment: [String: String], _ expected: Bool) throws {
        #expect(try configuration([], environment).leavesCookiesPlain == expected)
    }

    @Test("help names every flag, variable and exit code")
    func help() {
        for option in Option.all {
            #expect(HelpCommand.text.contains(option.variable) && HelpCommand.text.contains(option.flag))
        }
        for code in ExitCode.allCases { #expect(HelpCommand.text.contains("\(code.rawValue)  \(code.explanation)")) }
    }

    @Test("the README's table names every setting with its default")
    func readme() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        for option in Option.all {
            let row = try #require(readme.split(separator: "\n").first { $0.hasPrefix("|") && $0.contains(option.variable) })
            #expect(option.flag.isEmpty || row.contains("`\(option.flag)`"))
            #expect(row.contains(option.standard), "\(row)")
        }
    }
}
