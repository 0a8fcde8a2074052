"""A web server on this machine that answers as told, well or badly, and remembers what it was asked."""

import gzip
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATEMENT = (
    "<!doctype html><html lang=nb><meta charset=utf-8><title>Personvernerklæring</title><body><main>"
    "<h1>Personvernerklæring for Dal Bakeri AS</h1><p>Dal Bakeri AS er behandlingsansvarlig for personopplysningene. "
    "Vi lagrer navn, adresse og telefonnummer for å levere bestillingen din. Grunnlaget er avtalen med deg.</p>"
    "<p>Opplysningene slettes etter ett år. Du har rett til innsyn, retting og sletting, og kan klage til "
    "Datatilsynet. Skriv til post@dal.example.</p></main></body></html>"
).encode()


class Site:
    """Answers by path: bytes, a tuple (status, headers, body), or a function of the handler that writes itself."""

    def __init__(self, answers):
        self.answers = {"/robots.txt": (404, {}, b""), **answers}
        self.asked = []
        self.running = 0
        self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def paths(self):
        return [path for path, _ in self.asked if path != "/robots.txt"]


@contextmanager
def serve(answers):
    """Serve a site; gives its address and the site itself."""
    site = Site(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            with site.lock:
                site.asked.append((self.path, time.monotonic()))
                site.running += 1
                site.most_at_once = max(site.most_at_once, site.running)
            try:
                self.answer(site.answers.get(self.path, (404, {}, b"borte")))
            except (BrokenPipeError, ConnectionResetError):
                pass  # the reader has had enough, as it should
            finally:
                with site.lock:
                    site.running -= 1

        def answer(self, answer):
            if isinstance(answer, list):  # one for each time it is asked
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            if callable(answer):
                answer(self)
                return
            status, headers, body = answer if isinstance(answer, tuple) else (200, {}, answer)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", site
    finally:
        server.shutdown()
        server.server_close()


def drip(handler):
    """Send a byte now and then, for ever."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"a")
        handler.wfile.flush()
        time.sleep(0.05)


def drip_headers(handler):
    """Send headers now and then, and never the last."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
    for number in range(1000):
        handler.wfile.write(b"X-%d: a\r\n" % number)
        handler.wfile.flush()
        time.sleep(0.05)


def endless(handler):
    """Send as fast as possible, without end."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"<p>mer</p>" * 10_000)


def silent(handler):
    """Accept the question and hang up."""
    handler.close_connection = True


def gzipped(body, cut=None):
    return 200, {"Content-Encoding": "gzip"}, gzip.compress(body)[:cut]
