"""Faults that lie before the first byte of HTTP: ports that refuse or swallow, name servers, certificates."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests.adapters
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.adapters.wire import Behaviour, answering

HOST = "lms.corp.example"

Found = list[tuple[Any, ...]]


@contextmanager
def refusing() -> Iterator[str]:
    """A port that is bound, so that nobody else takes it, and not listened to."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@contextmanager
def black_hole() -> Iterator[str]:
    """A port whose queue is full: the kernel drops every further SYN."""
    with socket.socket() as server, socket.socket() as first:
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        first.connect(server.getsockname())
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


# --- names ----------------------------------------------------------------------------------------------------------


@dataclass
class NameServer:
    """Answers for HOST; every other name goes to the real resolver."""

    answer: Callable[[int], Found]
    asked: int = 0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = socket.getaddrinfo

        def look_up(host: str, port: int, *rest: Any) -> Found:
            if host != HOST:
                return list(real(host, port, *rest))
            self.asked += 1
            return self.answer(port)
        monkeypatch.setattr(socket, "getaddrinfo", look_up)


def at(ip: str) -> Callable[[int], Found]:
    return lambda port: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port))]


def unknown(_port: int) -> Found:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def hanging(until: threading.Event) -> Callable[[int], Found]:
    def answer(port: int) -> Found:
        until.wait(30)
        return unknown(port)
    return answer


# --- certificates ---------------------------------------------------------------------------------------------------


@dataclass
class Authority:
    """A throw-away certificate authority."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="hr-ca-")))

    def __post_init__(self) -> None:
        self.certificate = _signed("Throw-away CA", self.key, self.key, "Throw-away CA", ca=True)
        self.file = self.folder / "ca.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def server(self, *, host: str = HOST, days: int = 30, self_signed: bool = False,
               newest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """A server's side of TLS. days: validity from now; negative = it ended that long ago."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _signed(host, key, key if self_signed else self.key, host if self_signed else "Throw-away CA",
                              days=days)
        file = self.folder / f"{certificate.serial_number}.pem"
        file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        if newest is not None:
            context.set_ciphers("ALL:@SECLEVEL=0")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)     # that it is outdated is the point
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = newest
        return context

    @contextmanager
    def serving(self, behave: Behaviour, monkeypatch: pytest.MonkeyPatch, **certificate: Any) -> Iterator[str]:
        """An https address of HOST; we trust the authority meanwhile."""
        NameServer(at("127.0.0.1")).install(monkeypatch)
        monkeypatch.setattr(requests.adapters, "DEFAULT_CA_BUNDLE_PATH", str(self.file))
        with answering(behave, self.server(**certificate)) as wire:
            yield f"https://{HOST}:{wire.base.rsplit(':', 1)[1]}"


def _signed(subject: str, key: ec.EllipticCurvePrivateKey, signer: ec.EllipticCurvePrivateKey, issuer: str, *,
            ca: bool = False, days: int = 30) -> x509.Certificate:
    now = datetime.datetime.now(datetime.UTC)
    end = now + datetime.timedelta(days=days)
    builder = (
        x509.CertificateBuilder().subject_name(_name(subject)).issuer_name(_name(issuer))
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(min(now, end) - datetime.timedelta(days=1)).not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False))
    if ca:
        usage = {name: name in ("key_cert_sign", "crl_sign") for name in (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
            "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")}
        builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
    else:
        builder = builder.add_extension(x509.SubjectAlternativeName([_alternative(subject)]), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _alternative(subject: str) -> x509.GeneralName:
    with suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(subject))
    return x509.DNSName(subject)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
