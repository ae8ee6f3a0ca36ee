"""Lambda's Runtime API for one event, <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>: runs a function as
Lambda starts it, and measures it."""

import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# Read by crates/aws/src/deployment.rs.
DEPLOYMENT = {"OLEADA_HUB_REGION": "us-east-1", "OLEADA_BUCKET": "bucket"} | {
    f"OLEADA_{table}_TABLE": table.lower() for table in ("SCENARIOS", "RUNS", "WORKERS", "SETTINGS")
}
# What Lambda tells every function.
LAMBDA = {
    "AWS_LAMBDA_FUNCTION_NAME": "f",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_LAMBDA_FUNCTION_VERSION": "1",
    "AWS_LAMBDA_LOG_GROUP_NAME": "g",
    "AWS_LAMBDA_LOG_STREAM_NAME": "s",
    "AWS_REGION": "us-east-1",
}
REQUEST_ID = "8a1e"
PATIENCE = 30


@dataclass
class Measured:
    """A first call: the times since the process was started, in milliseconds, and the peak of its memory in MB."""

    asked: float
    answered: float
    memory: float
    path: str
    answer: str


def call(command, environment, event):
    """Starts the command, gives it the event, and stops it once it has answered."""
    server = Server(event)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    environment = LAMBDA | {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_port}"} | environment
    with tempfile.TemporaryFile() as log:
        begun = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            answered = server.answered.wait(PATIENCE)
            status = Path(f"/proc/{process.pid}/status").read_text()
        finally:
            process.kill()
            process.wait()
            server.stopped.set()
            server.shutdown()
            server.server_close()
        peak = re.search(r"VmHWM:\s+(\d+) kB", status)
        if not answered or server.asked_at is None or peak is None:
            log.seek(0)
            raise SystemExit(f"{command} did not answer:\n{log.read().decode(errors='replace')[-2000:]}")
    at, path, answer = server.answer
    return Measured((server.asked_at - begun) * 1000, (at - begun) * 1000, int(peak[1]) / 1024, path, answer)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, event):
        super().__init__(("127.0.0.1", 0), Handler)
        self.event, self.asked_at, self.answer = event, None, None
        self.answered, self.stopped = threading.Event(), threading.Event()

    def handle_error(self, *where):
        # Of a function that was stopped: its connections break.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(*where)


class Handler(BaseHTTPRequestHandler):
    """One event, then none."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        if server.asked_at is not None:
            # The function waits for its second event until it is stopped.
            server.stopped.wait(PATIENCE)
            self.close_connection = True
            return
        server.asked_at = time.monotonic()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", REQUEST_ID)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + 20) * 1000)))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:f")
        self.send_header("content-length", str(len(server.event)))
        self.end_headers()
        self.wfile.write(server.event)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.answer = (time.monotonic(), self.path, body.decode(errors="replace"))
        self.send_response(202)
        self.send_header("content-length", "0")
        self.end_headers()
        self.server.answered.set()

    def log_message(self, *_):
        pass
