"""The WordPress of `setup/`: what authors may, and that nothing of it stays behind."""

import os
import subprocess
import sys
import urllib.request

import pytest
from ground import SETUP, debian, wordpress
from ground.report import Problem

SCRIPT = '<script src="http://127.0.0.1/embed.js" data-channel="website"></script>'
PLACE = '<div data-aftersales-channel="website"></div>'
SECONDS = 60
STARTED = "/wp-admin/"


@pytest.fixture(scope="module")
def site():
    """Return a WordPress for the tests of this file."""
    try:
        with wordpress.running() as started:
            yield started
    except wordpress.Unavailable as problem:
        pytest.skip(str(problem))


def _read(address):
    with urllib.request.urlopen(address) as answer:
        return answer.read().decode()


def test_administrator_writes_a_script(site):
    """What an administrator writes into a block stands on the page."""
    text = _read(site.publish("admin", "Complaint", SCRIPT))
    assert SCRIPT in text
    assert 'lang="en-US"' in text


def test_author_writes_no_script(site):
    """WordPress takes an author's script away, and leaves the place for our form."""
    text = _read(site.publish("author", "Problem?", SCRIPT + PLACE, "posts"))
    assert "embed.js" not in text
    assert PLACE in text


def test_author_may_not_write_the_footer(site):
    """Its rights are WordPress's own: an author gets no script into the footer."""
    with pytest.raises(Problem, match="rest_"):
        site.ask(
            "author", "/wp/v2/template-parts/twentytwentythree//footer", content=SCRIPT
        )


def test_footer_is_on_every_page(site):
    """The footer that an administrator writes stands under an author's page."""
    address = site.publish("author", "Footer", PLACE, "posts")
    site.write_footer(f"<!-- wp:html -->{SCRIPT}<!-- /wp:html -->")
    assert SCRIPT in _read(address)


def test_site_speaks_a_language(site):
    """Pages say their language, so that our form can follow it."""
    site.speak("pl_PL")
    assert 'lang="pl-PL"' in _read(site.url)
    site.speak("")


def test_program(tmp_path):
    """`setup/wordpress` shows a page for each way; ended, it leaves nothing behind."""
    command = [sys.executable, SETUP / "wordpress", "--port", "0"]
    form = "http://127.0.0.1:9/aftersales/form/website"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [*command, form], stderr=subprocess.PIPE, text=True, env=environment
    ) as program:
        addresses = []
        for line in program.stderr:
            addresses += [word for word in line.split() if word.startswith("http")]
            if STARTED in line:
                break
        _site, *pages, _admin = addresses
        texts = [_read(page) for page in pages]
        program.terminate()
        # The servers write there too: it ends when the last one has gone.
        program.stderr.read()
    assert len(texts) == 3
    assert all("http://127.0.0.1:9/aftersales/" in text for text in texts)
    assert PLACE in texts[1]
    assert not list(tmp_path.iterdir())


def test_packages_cannot_be_had(monkeypatch, tmp_path):
    """Where Debian cannot be reached that is said by a name of its own."""

    def fail(_remedy):
        raise Problem("the network is down")

    monkeypatch.setattr(debian, "mirror", fail)
    with pytest.raises(wordpress.Unavailable, match="the network is down"):
        wordpress._fetch(tmp_path)
