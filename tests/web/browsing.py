"""A browser without a screen, for a site that really runs: cookies, forms, redirects."""

from __future__ import annotations

import re
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener


class Browser:
    """One person's window on the site at `url`."""

    def __init__(self, url):
        self.url = url
        self.cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.cookies))

    def ask(self, path, body=None, **headers):
        """Status, address in the end, and text of the answer; redirects are followed."""
        try:
            request = Request(self.url + path, body, headers)  # noqa: S310 - of our own site
            answer = self._opener.open(request, timeout=30)
        except HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.url.removeprefix(self.url), answer.read().decode()

    def send(self, page, action="", **fields):
        """Fill in the form on `page` and send it to `action`, or to the page itself."""
        _status, _address, text = self.ask(page)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)[1]
        body = urlencode({**fields, "csrfmiddlewaretoken": token}, doseq=True).encode()
        return self.ask(action or page, body, Referer=self.url + page)

    def upload(self, page, file, content, **fields):
        """Fill in the form on `page`, with `content` as the file of that name, and send it."""
        _status, _address, text = self.ask(page)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)[1]
        edge = "a-line-that-is-in-no-file"
        told = {**fields, "csrfmiddlewaretoken": token}
        parts = [f'name="{name}"\r\n\r\n{value}' for name, value in told.items()]
        parts.append(f'name="file"; filename="{file}"\r\n\r\n{content}')
        lines = [f"--{edge}\r\nContent-Disposition: form-data; {part}\r\n" for part in parts]
        body = f"{''.join(lines)}--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self.ask(page, body, Referer=self.url + page, **kind)

    def cookie(self, name):
        return next((cookie.value for cookie in self.cookies if cookie.name == name), None)
