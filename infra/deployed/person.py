"""A person: logs in as the console does, and speaks to the API through its gateway."""

import base64
import hashlib
import html
import http.client
import json
import re
import secrets
from urllib.parse import parse_qs, urlencode, urlparse


class Person:
    def __init__(self, port, outputs):
        self.port = port
        self.outputs = outputs
        self.login = json.loads(outputs["ConsoleConfig"])
        # The emulator knows an API by this name; CloudFront and clients know it by AWS's.
        self.host = urlparse(outputs["ApiUrl"]).netloc.split(".")[0] + f".execute-api.localhost:{port}"
        self.path = urlparse(outputs["ApiUrl"]).path
        self.token = None

    def log_in(self, name, password):
        """Authorisation code with PKCE, by the user pool's own pages."""
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        back = self.outputs["ConsoleUrl"] + "/"
        query = urlencode(
            {
                "response_type": "code",
                "client_id": self.login["clientId"],
                "redirect_uri": back,
                "scope": "openid email profile",
                "state": "here",
                "code_challenge": challenge,
                "code_challenge_method": "S256",
            }
        )
        status, _, page = self._send("GET", f"/oauth2/authorize?{query}")
        assert status == 200, page
        fields = {key: html.unescape(value) for key, value in re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)}
        fields.update(username=name, password=password)
        status, headers, page = self._send("POST", "/login", urlencode(fields), FORM)
        assert status == 302, page
        answer = urlparse(headers["location"])
        assert headers["location"].startswith(back), headers["location"]
        parameters = parse_qs(answer.query)
        assert parameters["state"] == ["here"], parameters
        exchange = {
            "grant_type": "authorization_code",
            "client_id": self.login["clientId"],
            "code": parameters["code"][0],
            "redirect_uri": back,
            "code_verifier": verifier,
        }
        status, _, body = self._send("POST", "/oauth2/token", urlencode(exchange), FORM)
        assert status == 200, body
        tokens = json.loads(body)
        self.token = tokens["access_token"]
        return tokens

    def ask(self, method, path, document=None, token=None):
        """Status, headers and document of an answer of the API."""
        headers = {"host": self.host, "content-type": "application/json"}
        token = token or self.token
        if token:
            headers["authorization"] = f"Bearer {token}"
        body = None if document is None else json.dumps(document)
        status, headers, body = self._send(method, self.path + path, body, headers)
        return status, headers, json.loads(body) if body else None

    def get(self, path):
        status, _, document = self.ask("GET", path)
        assert status == 200, (path, status, document)
        return document

    def _send(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, {key.lower(): value for key, value in response.getheaders()}, response.read().decode()
        finally:
            connection.close()


FORM = {"content-type": "application/x-www-form-urlencoded"}
