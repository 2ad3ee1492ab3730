/// `/docs`: the route table as a page to read, without scripts and without anything from elsewhere.
enum ReferencePage {
    static func html(_ routes: [RouteSummary], version: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Parley API</title>
        <style>
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
        article { border-top: 1px solid #ddd; padding: .75rem 0; }
        code { font-size: 1rem; } h2 { font-size: 1rem; margin: 0; }
        table { border-collapse: collapse; margin: .5rem 0; } td { padding: .15rem 1rem .15rem 0; vertical-align: top; }
        .scope { color: #555; }
        </style>
        <h1>Parley API <small>\(escaped(version))</small></h1>
        <p>Send <code>Authorization: Bearer &lt;token&gt;</code>. Bodies are JSON; problems come as
        <code>application/problem+json</code> with a stable <code>code</code>. For programs:
        <a href="/openapi.json">openapi.json</a>.</p>
        \(routes.map(article).joined(separator: "\n"))
        </html>

        """
    }

    private static func article(_ route: RouteSummary) -> String {
        let scope = route.scope.map { "needs the scope <code>\($0.rawValue)</code>" } ?? "open to everybody"
        let rows = (route.body ?? []).map { field in
            let need = field.isRequired ? "required" : "optional"
            return
                "<tr><td><code>\(escaped(field.name))</code><td>\(field.schema.type.rawValue), \(need)<td>"
                + escaped(field.schema.description ?? "")
        }
        return """
            <article>
            <h2><code>\("\(route.method)".uppercased()) \(escaped(route.pattern))</code></h2>
            \(escaped(route.about)) <span class="scope">(\(scope))</span>
            \(rows.isEmpty ? "" : "<table>\(rows.joined())</table>")
            </article>
            """
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { html, character in
            switch character {
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            default: html.append(character)
            }
        }
    }
}
