# SPDX-License-Identifier: Apache-2.0
"""A private certificate authority, server certificates good and bad, and certificates of clients."""

import base64
import datetime
import hashlib
import ipaddress
import ssl
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(common):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem_key(private):
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                 serialization.NoEncryption())


class Authority:
    """Issues server certificates; `ca_file` is what OktaCAFile is to point at."""

    def __init__(self, folder, common="Test CA"):
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(common)
        self._serial = 0
        now = datetime.datetime.utcnow()
        self._certificate = (
            x509.CertificateBuilder().subject_name(self._name).issuer_name(self._name)
            .public_key(self._key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=30))
            .not_valid_after(now + datetime.timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), False)
            .add_extension(x509.KeyUsage(False, False, False, False, False, True, True, False, False),
                           critical=True)
            .sign(self._key, hashes.SHA256()))
        self.ca_file = folder / f"{common.replace(' ', '-').lower()}.pem"
        self.ca_file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))
        self.ca_file.chmod(0o644)

    def server_file(self, names=("127.0.0.1", "localhost"), days=(-1, 10)):
        """A PEM file with a certificate for the names, valid between the days from now, and its key."""
        private = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(private.public_key(), names[0], days, [
            (x509.SubjectAlternativeName([_alternative(n) for n in names]), False)])
        self._serial += 1
        chain = self._folder / f"server-{self._serial}.pem"
        chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + _pem_key(private))
        return chain

    def server(self, names=("127.0.0.1", "localhost"), days=(-1, 10)):
        """An ssl.SSLContext serving such a certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server_file(names, days))
        return context

    def client(self, name):
        """A client's certificate."""
        private = ec.generate_private_key(ec.SECP256R1())
        return ClientCertificate(self._folder, name, self._sign(private.public_key(), name, (-1, 10)), private)

    def _sign(self, public, name, days, extensions=()):
        now = datetime.datetime.utcnow()
        builder = (
            x509.CertificateBuilder().subject_name(_name(name)).issuer_name(self._name)
            .public_key(public).serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=days[0]))
            .not_valid_after(now + datetime.timedelta(days=days[1]))
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
                           False))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self._key, hashes.SHA256())


class ClientCertificate:
    """A client's certificate and key, and the texts by which proxies hand the former on."""

    def __init__(self, folder, name, certificate, private):
        self.der = certificate.public_bytes(serialization.Encoding.DER)
        self.pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
        self.file = folder / f"client-{name}.pem"
        self.file.write_bytes(self.pem.encode() + _pem_key(private))

    @classmethod
    def self_signed(cls, folder, name):
        private = ec.generate_private_key(ec.SECP256R1())
        now = datetime.datetime.utcnow()
        certificate = (
            x509.CertificateBuilder().subject_name(_name(name)).issuer_name(_name(name))
            .public_key(private.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=10)).sign(private, hashes.SHA256()))
        return cls(folder, name, certificate, private)

    @property
    def thumbprint(self):
        """x5t#S256 (RFC 8705 section 3.1)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.der).digest()).rstrip(b"=").decode()

    @property
    def rfc9440(self):
        return f":{base64.b64encode(self.der).decode()}:"

    @property
    def escaped(self):
        """As nginx's $ssl_client_escaped_cert."""
        return urllib.parse.quote(self.pem, safe="")


def _alternative(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
