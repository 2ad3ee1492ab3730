extension String {
    /// Whether it is printable ASCII with single spaces between its words, as most of what people type is: then there
    /// is nothing to clean, which takes many times as long as finding out. Not so for what is empty.
    var isPlain: Bool {
        let space = UInt8(ascii: " ")
        let isPlain = utf8.withContiguousStorageIfAvailable { bytes in
            var last = space
            for byte in bytes {
                guard (0x20...0x7E).contains(byte), byte != space || last != space else { return false }
                last = byte
            }
            return last != space
        }
        return isPlain ?? false
    }
}
