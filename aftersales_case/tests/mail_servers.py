"""Mail servers on loopback, for tests that let real mails travel."""

import email
import email.policy
import grp
import imaplib
import os
import pwd
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from unittest import SkipTest

try:
    from aiosmtpd.controller import Controller
except ImportError:
    Controller = object

HOST = "127.0.0.1"
SECONDS = 10
ATTEMPTS = 3
# A user's path often lacks the folder where Debian puts servers.
DOVECOT = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
# One mailbox for everybody, whoever logs in; all of it runs as one user, in one folder.
DOVECOT_CONF = """
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = {host}
ssl = no
disable_plaintext_auth = no
default_internal_user = {user.pw_name}
default_internal_group = {group.gr_name}
default_login_user = {user.pw_name}
first_valid_uid = 1
mail_location = maildir:{folder}/mail
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user.pw_uid} gid={user.pw_gid} home={folder}/home
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
}}
"""


class Dovecot:
    """An IMAP server with one mailbox, started by an ordinary user or by root."""

    user = "aftersales"
    password = "loopback"

    def __init__(self):
        if not DOVECOT:
            raise SkipTest("Dovecot, Debian's dovecot-imapd, is not installed")
        self.port = None

    @contextmanager
    def running(self):
        """Run until the end of the block, in a folder that is then removed."""
        # Dovecot refuses mail to root.
        account = pwd.getpwuid(os.getuid()) if os.getuid() else pwd.getpwnam("nobody")
        with tempfile.TemporaryDirectory(
            prefix="dovecot-", ignore_cleanup_errors=True
        ) as name:
            folder = Path(name)
            os.chown(folder, account.pw_uid, account.pw_gid)
            process = self._start(folder, account)
            try:
                yield self
            finally:
                _end(process)

    def _start(self, folder, account):
        # A free port may be taken before Dovecot takes it.
        for _attempt in range(ATTEMPTS):
            self.port = find_free_port()
            process = self._launch(folder, account)
            if self._answers(process):
                return process
            _end(process)
        log = folder / "log"
        reason = log.read_text() if log.exists() else "it wrote no log"
        raise RuntimeError(f"Dovecot does not start: {reason}")

    def _launch(self, folder, account):
        config = folder / "dovecot.conf"
        config.write_text(
            DOVECOT_CONF.format(
                folder=folder,
                host=HOST,
                port=self.port,
                user=account,
                group=grp.getgrgid(account.pw_gid),
                password=self.password,
            )
        )
        os.chown(config, account.pw_uid, account.pw_gid)
        # It must not outlive tests that are killed.
        command = ["setpriv", "--pdeathsig", "TERM"]
        if not os.getuid():
            ids = [f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}"]
            command += [*ids, "--clear-groups"]
        return subprocess.Popen(
            [*command, DOVECOT, "-F", "-c", config],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _answers(self, process):
        """Wait until the server answers; False when it ended or took too long."""
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                with self.connect():
                    return True
            except (OSError, imaplib.IMAP4.error):
                time.sleep(0.05)
        return False

    @contextmanager
    def connect(self):
        """Yield a connection that has logged in and selected the mailbox."""
        with imaplib.IMAP4(HOST, self.port, timeout=SECONDS) as connection:
            connection.login(self.user, self.password)
            connection.select()
            yield connection

    def append(self, source):
        """Put a mail into the mailbox, unread."""
        with self.connect() as connection:
            status, answer = connection.append("INBOX", None, None, source)
            if status != "OK":
                raise RuntimeError(f"Dovecot does not take a mail: {answer}")

    def count(self, criterion="ALL"):
        """Return how many mails are in the mailbox, as ``UNSEEN``."""
        with self.connect() as connection:
            _status, (numbers,) = connection.search(None, criterion)
            return len(numbers.split())

    def mark_unread(self):
        """Forget which mails were read, as a restored mailbox does."""
        with self.connect() as connection:
            connection.store("1:*", "-FLAGS", "\\Seen")


class Exchange(Controller):
    """An SMTP server between a mailbox and everybody else.

    Mail to its domain goes into the mailbox; all other mail to ``delivered``, as pairs
    of envelope and message, unless its receiver stands in ``refused``.
    """

    def __init__(self, domain, mailbox):
        if Controller is object:
            raise SkipTest("aiosmtpd is not installed")
        super().__init__(self, hostname=HOST, port=0)
        self.domain = domain
        self.mailbox = mailbox
        self.delivered = []
        # Address -> what the server answers to whoever writes to it.
        self.refused = {}

    def _trigger_server(self):
        # Known only now: the system chose it.
        self.port = self.server.sockets[0].getsockname()[1]
        return super()._trigger_server()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        domains = {address.rpartition("@")[2] for address in envelope.rcpt_tos}
        if self.domain in domains:
            self.mailbox.append(envelope.content)
        if domains - {self.domain}:
            policy = email.policy.SMTP
            message = email.message_from_bytes(envelope.content, policy=policy)
            self.delivered.append((envelope, message))
        return "250 OK"

    @contextmanager
    def running(self):
        """Run until the end of the block."""
        self.start()
        try:
            yield self
        finally:
            self.stop()

    def send(self, source, sender, receiver):
        """Send a mail as a customer's mail program does."""
        lines = source.replace(b"\r\n", b"\n").split(b"\n")
        with smtplib.SMTP(HOST, self.port, timeout=SECONDS) as connection:
            connection.sendmail(sender, receiver, b"\r\n".join(lines))


def find_free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _end(process):
    process.terminate()
    try:
        process.wait(SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
