"""What the page for people says when something other than Parley answers, or nothing does: its script, run by Node."""

import json
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")

# As much of a browser as the script needs: `network` answers in turn, each `{status, text}`, or null for no answer.
BROWSER = """
const [script, hash, network, form] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const parts = {};
const part = id => parts[id] ??= {
  hidden: false, textContent: "", on: {}, addEventListener(event, act) { this.on[event] = act; }, matches: () => true,
  querySelectorAll: () => [], reset() {}, replaceChildren() {} };
global.document = { getElementById: part };
global.location = { hash, pathname: "/account" };
global.history = { replaceState() {} };
global.addEventListener = () => {};
global.FormData = class { get() { return "x"; } };
global.fetch = async () => {
  const answer = network.shift();
  if (!answer) throw new TypeError("Failed to fetch");
  return { ok: answer.status < 300, status: answer.status, headers: new Map(), text: async () => answer.text };
};
(async () => {
  (0, eval)(script);
  await new Promise(setImmediate);
  await parts[form].on.submit({ preventDefault() {} });
  console.log(JSON.stringify({ notice: parts.notice.textContent, signIn: !parts["sign-in"].hidden }));
})();
"""
STRANGER = {"status": 401, "text": '{"detail":"Who are you?","code":"auth.missing"}'}
PORTAL = {"status": 200, "text": "<html>Accept our terms</html>"}
USED = {"status": 422, "text": '{"detail":"No.","errors":[{"field":"ticket","detail":"Is used up."}]}'}
WRONG = "Something went wrong."


@pytest.mark.parametrize("form, fragment, network, notice, offers_sign_in", [
    ("ticket", "#invitation=parley_abc", [None], "Failed to fetch", False),
    ("ticket", "#invitation=parley_abc", [PORTAL], WRONG, False),
    ("ticket", "#invitation=parley_abc", [USED], "Is used up.", True),
    ("sign-in", "", [STRANGER, None], "Failed to fetch", True),
    ("sign-in", "", [STRANGER, PORTAL], WRONG, True),
    ("sign-in", "", [STRANGER, {"status": 204, "text": ""}, PORTAL], WRONG, True),
])
def test_what_comes_in_parleys_place_does_not_break_the_page(
        module_parley, form, fragment, network, notice, offers_sign_in):
    script = module_parley.get("/account.js").body.decode()
    ran = subprocess.run(["node", "-e", BROWSER], input=json.dumps([script, fragment, network, form]),
                         capture_output=True, text=True, timeout=20, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {"notice": notice, "signIn": offers_sign_in}
