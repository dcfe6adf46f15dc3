"""A mail server of ours, on this computer, that takes messages and fails when it is told to."""

from __future__ import annotations

import base64
import shutil
import socketserver
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Mailbox:
    """What the server got, and how it behaves: faults answer a command by its name, once each ('cut' breaks off)."""

    password: str = ""
    faults: dict[str, list[str]] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()
    messages: list[tuple[list[str], bytes]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    was_closed: list[bool] = field(
        default_factory=list
    )  # whether each message came over an encrypted connection
    certificate: Path | None = None
    port: int = 0


@contextmanager
def serving_mail(box: Mailbox) -> Iterator[Mailbox]:
    class Handler(socketserver.StreamRequestHandler):
        timeout = 10

        def handle(self) -> None:
            self.closed = False
            recipients: list[str] = []
            self._say("220 mail.example")
            while line := self.rfile.readline().decode().strip():
                verb = line.split(" ")[0].upper()
                box.said.append(verb + line[len(verb) :])
                if fault := (box.faults.get(verb) or [""]).pop(0):
                    if fault == "cut":
                        return
                    self._say(fault)
                elif verb == "EHLO":
                    recipients = []
                    extras = ["STARTTLS"] if box.certificate and not self.closed else []
                    lines = ["mail.example", *extras, *(["AUTH PLAIN"] if box.password else [])]
                    for at, text in enumerate(lines):
                        self._say(f"250{' ' if at == len(lines) - 1 else '-'}{text}")
                elif verb == "STARTTLS" and box.certificate:
                    self._say("220 go ahead")
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(box.certificate)
                    self.request = context.wrap_socket(self.request, server_side=True)
                    self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
                    self.closed = True
                elif verb == "AUTH":
                    told = base64.b64decode(line.split(" ")[-1]).decode().split("\0")[-1]
                    self._say("235 ok" if told == box.password else "535 5.7.8 no")
                elif verb == "RCPT" and line.partition("<")[2].rstrip(">") in box.refused:
                    self._say("550 no such mailbox")
                elif verb == "RCPT":
                    recipients.append(line.partition("<")[2].rstrip(">"))
                    self._say("250 ok")
                elif verb == "DATA":
                    self._say("354 go on")
                    body = b""
                    while not body.endswith(b"\r\n.\r\n"):
                        body += self.rfile.readline()
                    box.messages.append((recipients, body[:-5]))
                    box.was_closed.append(self.closed)
                    self._say("250 taken")
                elif verb == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 ok")

        def _say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    box.port = int(server.server_address[1])
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(folder: Path) -> Path | None:
    """A certificate for localhost with its key, in one file; None where no program can make one."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return None
    path = folder / "localhost.pem"
    made = subprocess.run(
        [
            *(openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(path)),
        ],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        return None
    path.write_text(path.read_text() + (folder / "key.pem").read_text())
    return path
