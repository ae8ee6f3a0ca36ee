"""ECS's tasks as processes: the emulator keeps them as records and runs nothing."""

import json
import os
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Tasks:
    """Starts a worker for each task that is asked for, and tells ECS when it has left."""

    def __init__(self, emulator, work, worker, engines, region, cluster):
        self.ecs = emulator.client("ecs", region)
        self.endpoint = emulator.endpoint
        self.region, self.cluster = region, cluster
        self.work, self.worker, self.engines = Path(work), worker, engines
        self.running = {}
        self.started = 0
        self.codes = []
        self.metadata = serve(Metadata)

    def look(self):
        """Called again and again: starts what is new, and buries what has ended."""
        arns = self.ecs.list_tasks(cluster=self.cluster)["taskArns"]
        new = [arn for arn in arns if arn not in self.running]
        for task in self.ecs.describe_tasks(cluster=self.cluster, tasks=new)["tasks"] if new else []:
            self.running[task["taskArn"]] = self._start(task)
        for arn, process in list(self.running.items()):
            if process is not None and process.poll() is not None:
                self.codes.append(process.returncode)
                self.running[arn] = None
                self.ecs.stop_task(cluster=self.cluster, task=arn, reason="Essential container in task exited")
            elif process is not None and arn not in arns:
                process.terminate()

    def _start(self, task):
        definition = self.ecs.describe_task_definition(taskDefinition=task["taskDefinitionArn"])["taskDefinition"]
        [container] = definition["containerDefinitions"]
        [overrides] = task["overrides"]["containerOverrides"]
        variables = {each["name"]: each["value"] for each in container["environment"] + overrides["environment"]}
        self.started += 1
        home = self.work / f"task-{self.started}"
        home.mkdir()
        variables.update(
            PATH=os.environ["PATH"],
            HOME=str(home),
            OLEADA_ENGINES=str(self.engines),
            ECS_CONTAINER_METADATA_URI_V4=f"http://127.0.0.1:{self.metadata.server_port}/{task['taskArn']}",
            AWS_REGION=self.region,
            AWS_ENDPOINT_URL=self.endpoint,
            # The emulator hands tasks no credentials: the worker's role is not held to its policies here.
            AWS_ACCESS_KEY_ID="test",
            AWS_SECRET_ACCESS_KEY="test",
        )
        log = (home / "worker.log").open("wb")
        return subprocess.Popen([self.worker], env=variables, cwd=home, stdout=log, stderr=subprocess.STDOUT)

    def stop(self):
        for process in filter(None, self.running.values()):
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=60)
        self.metadata.shutdown()

    def logs(self):
        return "\n".join(path.read_text(errors="replace")[-1500:] for path in sorted(self.work.glob("task-*/worker.log")))


class Metadata(BaseHTTPRequestHandler):
    def do_GET(self):
        answer(self, {"TaskARN": self.path.lstrip("/").removesuffix("/task")})

    def log_message(self, *_):
        pass


class Target(BaseHTTPRequestHandler):
    """The API under test. It counts what it is asked."""

    protocol_version = "HTTP/1.1"
    asked = 0
    lock = threading.Lock()

    def do_GET(self):
        with Target.lock:
            Target.asked += 1
        answer(self, {"fine": True})

    def log_message(self, *_):
        pass


def answer(handler, document):
    body = json.dumps(document).encode()
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def serve(handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
