"""Two functions answer the same request, cold, by turns; prints what each took as rows of a table."""

import argparse
import io
import json
import os
import platform
import statistics
import subprocess
import zipfile
from pathlib import Path

import runtime_api
from emulator import Emulator

SCENARIO = {
    "name": "Compared",
    "workload": {"kind": "http", "requests": [{"label": "home", "url": "https://shop.example.com/"}]},
    "shape": {"kind": "users", "rampUp": "1m", "hold": "10m"},
    "traffic": [{"region": "us-east-1", "workers": 4, "virtualUsers": 1000}],
}
SITE = {
    "region": "us-east-1", "cluster": "c", "taskDefinition": "t", "container": "w", "subnets": [], "securityGroups": [],
    "publicIp": False, "logGroup": "g", "logPrefix": "p",
}  # fmt: skip


def main():
    parser = argparse.ArgumentParser()
    for name in ("api", "node", "bundle", "work"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    given = parser.parse_args()
    version = subprocess.check_output([given.node, "--version"], text=True).strip()
    functions = {"Rust": [given.api], f"Node.js {version}": [given.node, given.bundle]}
    emulator = Emulator(given.work)
    try:
        environment = runtime_api.DEPLOYMENT | {
            "AWS_ENDPOINT_URL": emulator.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
        make_tables(emulator.client("dynamodb"))
        made = answered(runtime_api.call([given.api], environment, event("POST", "/api/v1/scenarios", SCENARIO)), 201)
        get = event("GET", f"/api/v1/scenarios/{made['scenarioId']}")
        calls = {name: [] for name in functions}
        # The first of each finds cold files, not only a cold function: it is left out.
        for number in range(given.rounds + 1):
            for name, command in functions.items():
                call = runtime_api.call(command, environment, get)
                assert answered(call, 200) == made, (name, call.answer)
                if number > 0:
                    calls[name].append(call)
    finally:
        emulator.stop()
    sizes = dict(zip(functions, (zipped(given.api, "bootstrap"), zipped(given.bundle, "index.js"))))
    report(calls, sizes, given.rounds)


def make_tables(client):
    definitions = json.loads((Path(__file__).parent.parent / "tables.json").read_text())
    for definition in definitions:
        if definition["name"] in ("scenarios", "settings"):
            names = [name for name, _ in definition["key"]]
            client.create_table(
                TableName=definition["name"],
                KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"))],
                AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in definition["key"]],
                BillingMode="PAY_PER_REQUEST",
            )
    site = {"kind": {"S": "region"}, "id": {"S": SITE["region"]}, "document": {"S": json.dumps(SITE)}}
    client.put_item(TableName="settings", Item=site)


def event(method, path, document=None):
    """As API Gateway sends it, behind the authoriser."""
    headers = {"Host": "api.example.com", "Content-Type": "application/json"}
    return json.dumps(
        {
            "resource": "/{proxy+}",
            "path": path,
            "httpMethod": method,
            "headers": headers,
            "multiValueHeaders": {name: [value] for name, value in headers.items()},
            "multiValueQueryStringParameters": None,
            "requestContext": {
                "requestId": "compared",
                "stage": "api",
                "authorizer": {"principalId": "x", "principal": "token:operator", "role": "operator"},
            },
            "body": None if document is None else json.dumps(document),
            "isBase64Encoded": False,
        }
    ).encode()


def answered(call, status):
    answer = json.loads(call.answer)
    assert answer.get("statusCode") == status, call.answer
    return json.loads(answer["body"])


def zipped(path, name):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.write(path, name)
    return len(memory.getvalue()) / 1e6


def report(calls, sizes, rounds):
    print(f"{rounds} cold calls of each, by turns; medians (fastest – slowest); {platform.machine()}, load average {os.getloadavg()[0]:.1f}\n")
    print("| function | process started → answer posted | … → first event asked for | peak memory | zip |")
    print("|---|---|---|---|---|")
    for name, measured in calls.items():
        cells = [spread([each.answered for each in measured], "ms"), spread([each.asked for each in measured], "ms")]
        cells += [spread([each.memory for each in measured], "MB"), f"{sizes[name]:.2f} MB"]
        print(f"| {name} | {' | '.join(cells)} |")
    rust, node = calls.values()
    # Of each pair of neighbours: what the machine did meanwhile, it did to both.
    times = statistics.median(b.answered / a.answered for a, b in zip(rust, node))
    memory = statistics.median(b.memory / a.memory for a, b in zip(rust, node))
    print(f"| times as fast, as small (median of the pairs) | {times:.1f} | | {memory:.1f} | |")


def spread(figures, unit):
    return f"{statistics.median(figures):.1f} {unit} ({min(figures):.1f} – {max(figures):.1f})"


if __name__ == "__main__":
    main()
