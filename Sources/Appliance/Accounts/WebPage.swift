import Web

/// A page for people. Its script and its style are files of their own, so that it needs no exception from its
/// `content-security-policy`.
struct WebPage: Sendable {
    let title: String
    /// What it is for, as `/openapi.json` tells it.
    let about: String
    /// HTML, from the first element that is seen to the last.
    let body: String
    let script: String
    let style: String
}

extension Routes {
    /// A page for everybody with its two files, all of which come from here.
    mutating func page(
        _ page: WebPage, at path: StaticString, script scriptPath: StaticString, style stylePath: StaticString
    ) {
        let html = """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(page.title)</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="\(stylePath)">
            <script src="\(scriptPath)" defer></script>
            \(page.body)
            </html>

            """
        // Made once, like its files: they are the same for everybody.
        let response = Response.html(html)
        open(path, page.about, answers: [.content("text/html; charset=utf-8", "A page.")]) { _ in response }
        file(page.script, "text/javascript; charset=utf-8", at: scriptPath, "The script of \(path).")
        file(page.style, "text/css; charset=utf-8", at: stylePath, "The style of \(path).")
    }

    private mutating func file(_ text: String, _ type: String, at path: StaticString, _ about: String) {
        let response = Response(headers: ["content-type": type], body: Array(text.utf8))
        open(path, about, answers: [.content(type, "The file.")]) { _ in response }
    }
}
