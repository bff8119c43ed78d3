"""Somebody who uses Odoo of the story as a browser does: by its addresses, logged in."""

import requests
from lxml import html
from story_dunning import check

SECONDS = 120
# No mail leaves, as in the rest of the story.
QUIET = {"mail_notify_force_send": False}


class Colleague:
    """A user at his own browser; a customer in the portal is one too."""

    def __init__(self, story, user):
        user.password = user.login
        self.env = story.env
        self.name = user.name
        self.url = story.env["ir.config_parameter"].get_param("report.url")
        self.session = requests.Session()
        login = {
            "db": self.env.cr.dbname,
            "login": user.login,
            "password": user.login,
        }
        self._ask("/web/session/authenticate", login)

    # === Calls === #

    def call(self, model, method, *args, **kwargs):
        """Return what a method says to this user, as the web client asks it."""
        kwargs["context"] = QUIET | kwargs.get("context", {})
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._ask(f"/web/dataset/call_kw/{model}/{method}", params)

    def save(self, model, vals, ids=()):
        """Save a form; return the id of its record."""
        [saved] = self.call(model, "web_save", list(ids), vals, specification={})
        return saved["id"]

    def read(self, record, *names):
        """Return the values of fields of a record, as this user reads them."""
        [values] = self.call(record._name, "read", record.ids, list(names))
        return values

    def _ask(self, path, params):
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        answer = self._send("POST", path, json=body).json()
        said = answer.get("error", {}).get("data", {}).get("message")
        check(not answer.get("error"), f"{self.name} is told by {path}: {said}")
        return answer["result"]

    # === Pages and files === #

    def open(self, path):
        """Return the text of a page."""
        return self._send("GET", path).text

    def fetch(self, path):
        """Return the bytes of a file."""
        return self._send("GET", path).content

    def submit(self, path, **answers):
        """Fill in the form of a page that asks for this; return the page that follows."""
        forms = html.fromstring(self.open(path)).forms
        form = next((one for one in forms if answers.keys() <= {*one.fields}), None)
        check(form is not None, f"{path} shows {self.name} no such form.")
        typed = {name: value for name, value in form.form_values() if value}
        return self._send("POST", path, data=typed | answers).text

    def _send(self, method, path, **kwargs):
        """Send a request that finds what the story did so far, and let it be found."""
        self.env.cr.commit()
        answer = self.session.request(
            method, self.url + path, timeout=SECONDS, **kwargs
        )
        self.env.cr.commit()
        self.env.invalidate_all()
        check(answer.ok, f"{path} answers {answer.status_code} to {self.name}.")
        return answer
