import Glibc
import Storage

/// A new folder for one test's data, in `root`; whoever made it removes it.
func makeTestFolder(in root: String = "/tmp") throws -> String {
    var template = Array("\(root)/parley-test-XXXXXX\0".utf8.map(CChar.init))
    guard mkdtemp(&template) != nil else { throw StorageError.cannotOpen }
    return String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
}
