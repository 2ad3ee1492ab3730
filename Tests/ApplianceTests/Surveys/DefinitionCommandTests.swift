import Testing

@testable import Appliance

@Suite struct DefinitionCommandTests {
    @Test(
        "the command line is checked before anything is read",
        arguments: [[], ["check"], ["look", "x.json"], ["check", "a", "b"]])
    func usage(_ arguments: [String]) async {
        #expect(await Program.run(["survey"] + arguments, environment: [:]) == .usage)
    }

    @Test("a file that is not there is a failure")
    func missing() async {
        #expect(await Program.run(["survey", "check", "/nowhere/survey.json"], environment: [:]) == .failed)
    }
}
