import Glibc
import Web

/// Lets Autobahn's server try our side of a WebSocket: `conformance-client HOST:PORT AGENT` echoes through every case,
/// then asks for the report to be written.
@main enum Client {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let server = ListenAddress(arguments[1]) else {
            print("usage: conformance-client HOST:PORT AGENT")
            exit(EX_USAGE)
        }
        let (client, agent) = (WebSocketClient(), arguments[2])
        func connect(_ target: String) async throws(ConnectFault) -> WebSocket {
            try await client.connect(
                to: WebSocketClient.Destination(host: server.host, port: server.port, target: target),
                limits: WebSocket.Limits(messageBytesMax: 16 << 20))
        }

        var cases = 0
        for await message in try await connect("/getCaseCount").messages { cases = Int(message.text) ?? 0 }
        for number in 0..<cases {
            let socket = try await connect("/runCase?case=\(number + 1)&agent=\(agent)")
            for await message in socket.messages { await socket.send(message) }
        }
        for await _ in try await connect("/updateReports?agent=\(agent)").messages {}
        await client.stop()
    }
}
