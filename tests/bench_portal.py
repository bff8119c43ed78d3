"""What `setup/bench portal` stands on: customers, and what they do for a minute.

`prepare(env)` makes them in an Odoo shell. As a program, with the address of a server,
it lets all of them follow cases, write, and look at invoices in turns, and prints the
times of each page as parts of what core's page of invoices takes in the same minute.
"""

import random
import re
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles

COMPANIES = 10
PEOPLE = 5
CASES = 25  # of each person
INVOICES = 25  # of each company
LOGIN = "bench{}"
SECONDS = 60
PAUSE = 0.5
SECONDS_TO_ANSWER = 60
LOG_INS_AT_ONCE = 3
MEASURE = "/my/invoices"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"|csrf_token: "([^"]+)"')
ONCE = re.compile(r'name="once" value="([^"]+)"')
CASE = re.compile(r'href="(?:/\w+)?(/my/cases/\d+)"')


def prepare(env):
    """Make people with log-ins, their cases and invoices."""
    from odoo.fields import Command

    env["account.chart.template"].try_loading(
        "generic_coa", company=env.company, install_demo=False
    )
    complaint = env.ref("aftersales_case.type_complaint")
    complaint.portal_offer = "new"
    companies = env["res.partner"].create(
        [{"name": f"Bench {n}", "is_company": True} for n in range(COMPANIES)]
    )
    people = env["res.partner"].create(
        [
            {
                "name": f"Person {number}",
                "email": f"{number}@bench.example",
                "parent_id": companies[number // PEOPLE].id,
            }
            for number in range(COMPANIES * PEOPLE)
        ]
    )
    env["res.users"].with_context(no_reset_password=True).create(
        [
            {
                "name": person.name,
                "login": LOGIN.format(number),
                "password": LOGIN.format(number),
                "partner_id": person.id,
                "group_ids": [Command.set(env.ref("base.group_portal").ids)],
            }
            for number, person in enumerate(people)
        ]
    )
    env["aftersales.case"].create(
        [
            {
                "name": f"Leak {number}",
                "type_id": complaint.id,
                "contact_id": person.id,
                "description": "<p>It leaks</p>",
            }
            for person in people
            for number in range(CASES)
        ]
    )
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": company.id,
                "invoice_date": "2026-01-01",
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Goods", "price_unit": 10, "tax_ids": False}
                    )
                ],
            }
            for company in companies
            for _number in range(INVOICES)
        ]
    )
    invoices.action_post()
    for invoice in invoices:
        # Core's page does so at the first look, for all of them in one request.
        invoice._portal_ensure_token()
    env.cr.commit()


class Customer:
    """Somebody with a browser, as a thread."""

    def __init__(self, url, number):
        import requests

        self.url = url
        self.login = LOGIN.format(number)
        self.draw = random.Random(number)
        self.session = requests.Session()
        self.times = defaultdict(list)
        self.errors = Counter()
        self.case = None

    def log_in(self):
        page = self._get("/web/login")
        data = {"login": self.login, "password": self.login}
        self._post("/web/login", data | {"csrf_token": _read(TOKEN, page.text)})
        cases = CASE.findall(self._get("/my/cases").text)
        if not cases:
            raise SystemExit(f"{self.login} could not log in, or has no cases.")
        self.cases = cases
        # What the first look costs is no part of the minute.
        for act in self._get_acts().values():
            act()

    def live(self, until):
        """Do one thing after the other until that moment."""
        time.sleep(self.draw.random() * PAUSE)
        acts = self._get_acts()
        names = list(acts)
        # Else all of them ask for the same page at the same time.
        turn = self.draw.randrange(len(names))
        while time.monotonic() < until:
            name = names[turn % len(names)]
            self._measure(name, acts[name])
            time.sleep(PAUSE)
            turn += 1

    def _get_acts(self):
        """Return what one does in turns, ``{name: function}``."""
        return {
            MEASURE: lambda: self._get(MEASURE),
            "list": lambda: self._get("/my/cases"),
            "search": lambda: self._get("/my/cases?search=leak+1"),
            "detail": self._look,
            "reply": self._reply,
        }

    def _look(self):
        self.case = self.draw.choice(self.cases)
        self.page = self._get(self.case)
        return self.page

    def _reply(self):
        text = self.page.text
        fields = {"csrf_token": _read(TOKEN, text), "once": _read(ONCE, text)}
        return self._post(self.case, fields | {"message": "Any news?"}, status=303)

    def _measure(self, name, act):
        import requests

        started = time.monotonic()
        try:
            act()
        except (requests.RequestException, WrongAnswer) as error:
            self.errors[f"{name}: {error}"] += 1
        self.times[name].append(time.monotonic() - started)

    def _get(self, path):
        answer = self.session.get(self.url + path, timeout=SECONDS_TO_ANSWER)
        return _check(answer, 200)

    def _post(self, path, data, status=200):
        answer = self.session.post(
            self.url + path,
            data=data,
            timeout=SECONDS_TO_ANSWER,
            allow_redirects=status == 200,
        )
        return _check(answer, status)


class WrongAnswer(Exception):
    """A page that is not the one asked for."""


def _check(answer, status):
    if answer.status_code != status:
        raise WrongAnswer(f"status {answer.status_code}")
    return answer


def _read(pattern, text):
    found = pattern.search(text)
    if not found:
        raise WrongAnswer(f"no {pattern.pattern} on the page")
    return next(filter(None, found.groups()))


def main(url):
    """Let everybody live for a minute; return how many errors there were."""
    customers = [Customer(url, number) for number in range(COMPANIES * PEOPLE)]
    with ThreadPoolExecutor(LOG_INS_AT_ONCE) as pool:
        list(pool.map(Customer.log_in, customers))
    until = time.monotonic() + SECONDS
    threads = [
        threading.Thread(target=customer.live, args=(until,)) for customer in customers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times, errors = defaultdict(list), Counter()
    for customer in customers:
        errors.update(customer.errors)
        for name, seconds in customer.times.items():
            times[name] += seconds
    _tell(times, errors)
    return sum(errors.values())


def _tell(times, errors):
    cuts = {name: quantiles(seconds, n=20) for name, seconds in times.items()}
    for name, seconds in times.items():
        p50, p95 = cuts[name][9], cuts[name][18]
        print(
            f"{name}: {len(seconds)} requests, p50 {1000 * p50:.0f} ms, p95"
            f" {1000 * p95:.0f} ms; ratio to {MEASURE} {p50 / cuts[MEASURE][9]:.2f}"
            f" and {p95 / cuts[MEASURE][18]:.2f}"
        )
    print(f"{COMPANIES * PEOPLE} customers, {SECONDS} s: {sum(errors.values())} errors")
    for text, number in errors.most_common(5):
        print(f"  {number} x {text}")


if __name__ == "__main__" and len(sys.argv) == 2:
    sys.exit(bool(main(sys.argv[1])))
