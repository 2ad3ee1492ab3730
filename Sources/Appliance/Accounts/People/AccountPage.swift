import Web

/// `/account`: signing in, accepting an invitation, choosing a new password, and what one has played. Script and style
/// are files of their own, so that the page needs no exception from its `content-security-policy`.
struct AccountPage: Sendable {
    let letsSignUp: Bool

    func register(in routes: inout Routes) {
        let page = Response.html(Self.html(letsSignUp: letsSignUp))
        let script = Response(
            headers: ["content-type": "text/javascript; charset=utf-8"], body: Array(Self.script.utf8))
        let style = Response(headers: ["content-type": "text/css; charset=utf-8"], body: Array(Self.style.utf8))
        routes.open(
            "/account", "Lets people sign in and look after their account.",
            answers: [.content("text/html; charset=utf-8", "A page.")]
        ) { _ in page }
        routes.open(
            "/account.js", "The script of that page.",
            answers: [.content("text/javascript; charset=utf-8", "A script.")]
        ) { _ in script }
        routes.open(
            "/account.css", "The style of that page.", answers: [.content("text/css; charset=utf-8", "A style sheet.")]
        ) { _ in style }
    }

    static func html(letsSignUp: Bool) -> String {
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <title>Account – Parley</title>
        <link rel="stylesheet" href="/account.css">
        <script src="/account.js" defer></script>
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
        </html>

        """
    }

    private static let signUp = """

        <form id="sign-up" hidden>
        <h2>New here?</h2>
        <label>Email <input name="email" type="email" autocomplete="email" required maxlength="254"></label>
        <button>Send me a link</button>
        </form>

        """

    static let style = """
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

    static let script = #"""
        "use strict";
        const part = id => document.getElementById(id);
        const forms = ["sign-in", "reset-request", "sign-up", "ticket", "home"];
        let ticket = null, next = null;

        function show(...ids) {
          for (const id of forms) { const form = part(id); if (form) form.hidden = !ids.includes(id); }
        }

        function tell(text, bad = false) {
          part("notice").textContent = text;
          part("notice").className = bad ? "bad" : "";
        }

        async function ask(method, path, body) {
          const options = { method, headers: {}, credentials: "same-origin" };
          if (body) { options.body = JSON.stringify(body); options.headers["content-type"] = "application/json"; }
          const answer = await fetch(path, options);
          const text = await answer.text();
          const json = text ? JSON.parse(text) : null;
          if (answer.ok) return json;
          const wait = answer.headers.get("retry-after");
          const details = (json && json.errors || []).map(error => error.detail);
          let words = details.length ? details.join(" ") : json && json.detail || "Something went wrong.";
          if (answer.status === 429 && wait) words += ` Try again in ${Math.ceil(wait / 60)} min.`;
          throw Object.assign(new Error(words), { status: answer.status });
        }

        function on(id, event, act) {
          const element = part(id);
          if (!element) return;
          element.addEventListener(event, async happening => {
            happening.preventDefault();
            const buttons = element.matches("form") ? element.querySelectorAll("button") : [element];
            for (const button of buttons) button.disabled = true;
            try { await act(element.matches("form") ? new FormData(element) : null, element); }
            catch (error) { tell(error.message, true); }
            finally { for (const button of buttons) button.disabled = false; }
          });
        }

        function cell(row, text) { row.insertCell().textContent = text; }

        async function showGames(after) {
          const page = await ask("GET", "/api/account/games?limit=20" + (after ? `&after=${after}` : ""));
          if (!after) part("games").replaceChildren();
          for (const game of page.items) {
            const row = part("games").insertRow();
            cell(row, game.title);
            cell(row, new Date(game.joined_at).toLocaleDateString());
            cell(row, game.rank === null ? "–" : `${game.rank} of ${game.players}`);
            cell(row, game.score === null ? "–" : game.score);
          }
          next = page.next;
          part("more-games").hidden = !next;
          part("no-games").hidden = part("games").rows.length > 0;
        }

        function showSessions(sessions) {
          part("sessions").replaceChildren(...sessions.map(session => {
            const item = document.createElement("li");
            const used = new Date(session.used_at).toLocaleString();
            item.textContent = `${session.agent || "a program"}, used ${used}`;
            if (session.current) { item.append(" (here)"); return item; }
            const button = document.createElement("button");
            button.textContent = "End";
            button.setAttribute("aria-label", `End the session of ${session.agent || "a program"}`);
            button.addEventListener("click", async () => {
              try { await ask("DELETE", `/api/account/sessions/${session.id}`); item.remove(); }
              catch (error) { tell(error.message, true); }
            });
            item.append(button);
            return item;
          }));
        }

        async function home() {
          let account;
          try { account = await ask("GET", "/api/account"); }
          catch (error) {
            if (error.status !== 401) throw error;
            show("sign-in", "reset-request", "sign-up");
            return;
          }
          part("who").textContent = account.name ? `${account.name}, ${account.email}` : account.email;
          part("role").textContent = account.role;
          showSessions(account.sessions);
          show("home");
          await showGames(null);
        }

        on("sign-in", "submit", async (fields, form) => {
          await ask("POST", "/api/account/sign-in", { email: fields.get("email"), password: fields.get("password") });
          form.reset();
          tell("");
          await home();
        });

        on("reset-request", "submit", async fields => {
          await ask("POST", "/api/account/password/reset-request", { email: fields.get("email") });
          tell("If this address has an account, a link is on its way to it.");
        });

        on("sign-up", "submit", async fields => {
          await ask("POST", "/api/account/sign-up", { email: fields.get("email") });
          tell("A link is on its way to that address.");
        });

        on("ticket", "submit", async (fields, form) => {
          const body = { ticket: ticket.secret, password: fields.get("password") };
          if (ticket.purpose === "invitation" && fields.get("name").trim()) body.name = fields.get("name").trim();
          await ask("POST", `/api/account/${ticket.purpose === "reset" ? "password/reset" : "invitation"}`, body);
          form.reset();
          tell("Your password is saved.");
          await home();
        });

        on("password", "submit", async (fields, form) => {
          await ask("POST", "/api/account/password", { old: fields.get("old"), new: fields.get("new") });
          form.reset();
          tell("Your password is changed. Every other session has ended.");
          showSessions((await ask("GET", "/api/account/sessions")).items);
        });

        on("sign-out", "click", async () => {
          await ask("POST", "/api/account/sign-out");
          tell("Signed out.");
          await home();
        });

        on("sign-out-everywhere", "click", async () => {
          await ask("POST", "/api/account/sign-out-everywhere");
          tell("Signed out everywhere.");
          await home();
        });

        on("more-games", "click", () => showGames(next));

        function begin() {
          const link = /^#(invitation|reset)=([\w-]+)$/.exec(location.hash);
          if (!link) return home().catch(error => tell(error.message, true));
          ticket = { purpose: link[1], secret: link[2] };
          // Out of the address bar and the history, where somebody else might find it.
          history.replaceState(null, "", location.pathname);
          part("ticket-title").textContent =
            ticket.purpose === "reset" ? "Choose a new password" : "Welcome: choose a password";
          part("ticket-name").hidden = ticket.purpose === "reset";
          show("ticket");
          return null;
        }

        addEventListener("hashchange", () => { if (location.hash) begin(); });
        begin();

        """#
}
