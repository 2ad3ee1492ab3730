/// How long a loop waits for those at the other end, in the milliseconds its clock counts.
struct Patience: Sendable {
    let handshake: Int
    let head: Int
    let idle: Int
    let bodyWindow: Int
    let bodyBytesMin: Int
    let writeWindow: Int
    let writeBytesMin: Int
    let linger: Int
    let ping: Int
    let closing: Int

    init(_ configuration: Server.Configuration) {
        handshake = configuration.tlsHandshakeDeadline.milliseconds
        head = configuration.headDeadline.milliseconds
        idle = configuration.idleDeadline.milliseconds
        bodyWindow = configuration.bodyProgressWindow.milliseconds
        bodyBytesMin = configuration.bodyProgressBytesMin
        writeWindow = configuration.writeProgressWindow.milliseconds
        writeBytesMin = configuration.writeProgressBytesMin
        linger = configuration.lingerDeadline.milliseconds
        ping = configuration.pingInterval.milliseconds
        closing = configuration.closeDeadline.milliseconds
    }

    /// How often deadlines are looked at: a quarter of the shortest, so that none is late by more than that; 1 s at
    /// most.
    var tick: Int {
        let shortest = [handshake, head, idle, bodyWindow, writeWindow, linger, ping, closing].min() ?? 1_000
        return min(1_000, max(5, shortest / 4))
    }
}
