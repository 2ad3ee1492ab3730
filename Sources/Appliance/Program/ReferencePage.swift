/// `/docs`: the API to read and to try, in a browser. Everything on it comes from `/openapi.json`.
enum ReferencePage {
    static let page = WebPage(
        title: "Parley API", about: "Describes this API for people, who can try it there.", body: body, script: script,
        style: style)

    private static let body = """
        <header>
        <h1>Parley API <small id="version"></small></h1>
        <p id="about">Described for programs in <a href="/openapi.json">openapi.json</a>.</p>
        <noscript><p>This page needs a script to show what openapi.json says.</p></noscript>
        <form id="who">
        <label for="token">Token</label>
        <input id="token" type="password" autocomplete="off" spellcheck="false" aria-describedby="token-about">
        <button type="button" id="forget">Forget</button>
        <p id="token-about">Kept in this tab until it is closed. Without one, calls are made as whoever is signed in
        here.</p>
        </form>
        <label for="search">Search</label>
        <input id="search" type="search" placeholder="path, words, scope" autocomplete="off">
        <p id="found" role="status"></p>
        </header>
        <nav id="areas" aria-label="Areas"></nav>
        <main id="operations" aria-busy="true"></main>
        <section id="types" aria-label="Types"></section>
        """

    private static let style = """
        :root { color-scheme: light dark; --line: #8884; --soft: #8881; --link: #0b62c4; }
        @media (prefers-color-scheme: dark) { :root { --link: #7db7ff; } }
        * { box-sizing: border-box; }
        body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 1rem auto 4rem; padding: 0 1rem; }
        a { color: var(--link); }
        h1 small { font-weight: normal; opacity: .7; }
        h2 { margin: 2rem 0 .5rem; text-transform: capitalize; }
        h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
        code, pre, textarea, input { font: 14px/1.45 ui-monospace, monospace; }
        pre { overflow: auto; max-height: 24rem; background: var(--soft); padding: .75rem; border-radius: .4rem;
            margin: .25rem 0; }
        nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 1rem 0; text-transform: capitalize; }
        details.operation, details.type { border-top: 1px solid var(--line); padding: .4rem 0; }
        summary { cursor: pointer; overflow-wrap: anywhere; }
        summary .method { display: inline-block; min-width: 4.5rem; font-weight: bold; }
        summary .about { opacity: .8; }
        .scope { border: 1px solid var(--line); border-radius: .4rem; padding: 0 .4rem; white-space: nowrap; }
        .table { overflow-x: auto; }
        table { border-collapse: collapse; }
        th, td { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; }
        td { border-bottom: 1px solid var(--soft); }
        form.try { border: 1px solid var(--line); border-radius: .4rem; padding: .75rem; margin-top: 1rem; }
        form.try label { display: block; margin-top: .5rem; }
        input, textarea { width: 100%; padding: .4rem; border: 1px solid var(--line); border-radius: .3rem; }
        input[type=file] { border: 0; }
        textarea { min-height: 9rem; resize: vertical; }
        button { font: inherit; padding: .3rem 1rem; margin-top: .5rem; min-height: 2.75rem; }
        #who { display: grid; grid-template-columns: auto 1fr auto; gap: .25rem .75rem; align-items: center; }
        #who p { grid-column: 1 / -1; margin: 0; opacity: .8; }
        #who button { margin: 0; }
        .bad { color: #c22; }
        :focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }

        """
}
