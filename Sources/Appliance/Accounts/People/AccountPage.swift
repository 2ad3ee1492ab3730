/// `/account`: signing in, accepting an invitation, choosing a new password, and what one has played.
enum AccountPage {
    static func page(letsSignUp: Bool) -> WebPage {
        WebPage(
            title: "Account – Parley", about: "Lets people sign in and look after their account.",
            body: body(letsSignUp: letsSignUp), script: script, style: style)
    }

    private static func body(letsSignUp: Bool) -> String {
        """
        <main>
        <h1>Account</h1>
        <p id="notice" role="status" aria-live="polite"></p>
        <noscript>This page needs JavaScript.</noscript>

        <form id="sign-in" hidden>
        <h2>Sign in</h2>
        <label>Email <input name="email" type="email" autocomplete="username" required maxlength="254"></label>
        <label>Password
        <input name="password" type="password" autocomplete="current-password" required maxlength="256"></label>
        <button>Sign in</button>
        </form>

        <form id="reset-request" hidden>
        <h2>Forgotten your password?</h2>
        <label>Email <input name="email" type="email" autocomplete="username" required maxlength="254"></label>
        <button>Send me a link</button>
        </form>
        \(letsSignUp ? signUp : "")
        <form id="ticket" hidden>
        <h2 id="ticket-title">Choose a password</h2>
        <label id="ticket-name">Name <input name="name" autocomplete="name" maxlength="100"></label>
        <label>Password, 12 characters or more
        <input name="password" type="password" autocomplete="new-password" required
        minlength="12" maxlength="256"></label>
        <button>Save and sign in</button>
        </form>

        <section id="home" hidden>
        <p>Signed in as <strong id="who"></strong> (<span id="role"></span>).</p>
        <p><button id="sign-out" type="button">Sign out</button>
        <button id="sign-out-everywhere" type="button">Sign out everywhere</button></p>
        <h2>My games</h2>
        <table><thead><tr><th scope="col">Quiz<th scope="col">When<th scope="col">Rank<th scope="col">Points</thead>
        <tbody id="games"></tbody></table>
        <p id="no-games" hidden>Games that you join while signed in appear here.</p>
        <p><button id="more-games" type="button" hidden>Show more</button></p>
        <h2>Signed in on</h2>
        <ul id="sessions"></ul>
        <form id="password">
        <h2>Change password</h2>
        <label>Password of today
        <input name="old" type="password" autocomplete="current-password" required maxlength="256"></label>
        <label>New password, 12 characters or more
        <input name="new" type="password" autocomplete="new-password" required minlength="12" maxlength="256"></label>
        <button>Change</button>
        </form>
        </section>
        </main>
        """
    }

    private static let signUp = """

        <form id="sign-up" hidden>
        <h2>New here?</h2>
        <label>Email <input name="email" type="email" autocomplete="email" required maxlength="254"></label>
        <button>Send me a link</button>
        </form>

        """

    private static let style = """
        :root { color-scheme: light dark; }
        body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; padding: 1rem; }
        main { max-width: 34rem; margin: 0 auto; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
        label { display: block; margin: .75rem 0; }
        input { display: block; box-sizing: border-box; width: 100%; padding: .6rem; font: inherit; }
        button { padding: .6rem 1rem; font: inherit; cursor: pointer; }
        input:focus-visible, button:focus-visible { outline: 3px solid #2563eb; outline-offset: 2px; }
        #notice { min-height: 1.5em; font-weight: 600; } #notice.bad { color: #b91c1c; }
        @media (prefers-color-scheme: dark) { #notice.bad { color: #fca5a5; } }
        table { width: 100%; border-collapse: collapse; }
        th, td { text-align: left; padding: .35rem .5rem .35rem 0; border-bottom: 1px solid #8884; }
        #sessions { padding: 0; list-style: none; } #sessions li { margin: .5rem 0; }
        #sessions button { padding: .2rem .6rem; margin-left: .5rem; }
        [hidden] { display: none; }

        """
}
