extension AccountPage {
    /// Shows which of its forms is wanted, and what comes of them. Writes text only, never HTML.
    static let script = #"""
        "use strict";
        const part = id => document.getElementById(id);
        const forms = ["sign-in", "reset-request", "sign-up", "ticket", "home"];
        let ticket = null, next = null;

        function show(...ids) {
          for (const id of forms) { const form = part(id); if (form) form.hidden = !ids.includes(id); }
        }

        function showStrangers() { show("sign-in", "reset-request", "sign-up"); }

        function tell(text, bad = false) {
          part("notice").textContent = text;
          part("notice").className = bad ? "bad" : "";
        }

        async function ask(method, path, body) {
          const options = { method, headers: {}, credentials: "same-origin" };
          if (body) { options.body = JSON.stringify(body); options.headers["content-type"] = "application/json"; }
          const answer = await fetch(path, options);
          const text = await answer.text();
          let json = null;
          try { json = text ? JSON.parse(text) : null; } catch { /* A proxy's own words, not for people. */ }
          // A page that a proxy shows in our place is no answer, whatever its status.
          if (answer.ok && (json || !text)) return json;
          const wait = Number(answer.headers.get("retry-after"));
          const problems = json && json.errors || [];
          let words = problems.map(problem => problem.detail).join(" ");
          words ||= json && json.detail || "Something went wrong.";
          if (wait) words += ` Try again in ${wait < 60 ? `${wait} s` : `${Math.ceil(wait / 60)} min`}.`;
          const fields = problems.map(problem => problem.field);
          throw Object.assign(new Error(words), { status: answer.status, fields });
        }

        function complain(error) {
          const hasEnded = error.status === 401 && !part("home").hidden;
          if (hasEnded) showStrangers();
          tell(hasEnded ? "You are not signed in any more." : error.message, true);
        }

        function on(id, event, act) {
          const element = part(id);
          if (!element) return;
          element.addEventListener(event, async happening => {
            happening.preventDefault();
            const buttons = element.matches("form") ? element.querySelectorAll("button") : [element];
            for (const button of buttons) button.disabled = true;
            try { await act(element.matches("form") ? new FormData(element) : null, element); }
            catch (error) { complain(error); }
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
              catch (error) { complain(error); }
            });
            item.append(button);
            return item;
          }));
        }

        async function home() {
          let account;
          try { account = await ask("GET", "/api/account"); }
          catch (error) {
            if (error.status !== 401 && error.status !== 429) throw error;
            // Whoever shares an address with many can sign in even while it has to wait.
            if (error.status === 429) tell(error.message, true);
            showStrangers();
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
          const path = ticket.purpose === "reset" ? "password/reset" : "invitation";
          try { await ask("POST", `/api/account/${path}`, body); }
          catch (error) {
            // The link is no good: here another can be had.
            if (error.status === 403 || error.fields?.includes("ticket")) showStrangers();
            throw error;
          }
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
          if (!link) return home().catch(complain);
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
