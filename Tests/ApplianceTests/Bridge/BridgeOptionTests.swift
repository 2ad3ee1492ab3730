import Testing

@testable import Appliance

@Suite struct BridgeOptionTests {
    private func options(_ arguments: [String], _ environment: [String: String] = [:]) throws(UsageError)
        -> BridgeOptions
    {
        try ServeCommand.configuration(arguments, environment).0.bridge
    }

    @Test("what is given is read, what is not stays open")
    func given() throws {
        #expect(try options([]) == BridgeOptions())
        #expect(try options([], ["PARLEY_BIGCHAT_URL": "", "PARLEY_BRIDGE_ENABLED": ""]) == BridgeOptions())
        let all = try options(
            ["--bigchat-url", "https://big.example.com/chat/", "--bridge-interval=60"],
            ["PARLEY_OURAPI_URL": "http://127.0.0.1:8266", "PARLEY_BRIDGE_ENABLED": "false"])
        #expect(all.source == "https://big.example.com/chat" && all.destination == "http://127.0.0.1:8266")
        #expect(all.intervalSeconds == 60 && all.isEnabled == false)
    }

    @Test(
        "what cannot be used is named with its value",
        arguments: [
            ("PARLEY_BRIDGE_INTERVAL", "0", "1 to 3600"), ("PARLEY_BRIDGE_INTERVAL", "3601", "1 to 3600"),
            ("PARLEY_BRIDGE_INTERVAL", "soon", "1 to 3600"), ("PARLEY_BRIDGE_ENABLED", "yes", "true or false"),
        ])
    func refused(_ variable: String, _ value: String, _ wanted: String) {
        let error = #expect(throws: UsageError.self) { try options([], [variable: value]) }
        #expect(error?.explanation.hasPrefix("\(variable): '\(value)' is not ") == true)
        #expect(error?.explanation.contains(wanted) == true)
    }

    @Test(
        "an address that cannot be used is named without its value, which may hold a password",
        arguments: [
            ("PARLEY_BIGCHAT_URL", "localhost:8267"), ("PARLEY_BIGCHAT_URL", "http://h/?a=b"),
            ("PARLEY_OURAPI_URL", "http://u:p@h"), ("PARLEY_OURAPI_URL", "http://h/#a"),
        ])
    func refusedAddress(_ variable: String, _ value: String) {
        let error = #expect(throws: UsageError.self) { try options([], [variable: value]) }
        #expect(error?.explanation.hasPrefix("\(variable): must be an http or https URL") == true)
        #expect(error?.explanation.contains(value) == false)
    }
}
