/// `bytes` as a connection may deliver them: for an even seed in pieces of 1 to 16 bytes, for an odd one of 1 to 1,024.
func pieces(of bytes: [UInt8], seed: UInt8) -> [[UInt8]] {
    let most: UInt64 = seed & 1 == 0 ? 16 : 1_024
    var state = UInt64(seed)
    var pieces: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        state = RequestID.scatter(state &+ 0x9E37_79B9_7F4A_7C15)
        let piece = rest.prefix(1 + Int(state % most))
        pieces.append(Array(piece))
        rest = rest.dropFirst(piece.count)
    }
    return pieces
}
