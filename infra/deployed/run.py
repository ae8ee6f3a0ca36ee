"""A deployment on an emulator that nobody of ours wrote, used as a team would use it.

What is real: the templates, the functions (each with its role, whose policies the emulator enforces), the state machine, the
user pool, the API's gateway and its authoriser, tables, bucket, the worker and JMeter. What is not is in `emulator.LEFT_OUT`
and in `tasks.py`; and the authoriser gets the user pool's keys from the emulator, as the pool's address is AWS's.
"""

import argparse
import time
from pathlib import Path

from emulator import Emulator, until
from person import Person
from tasks import Target, Tasks, serve

NAME, PASSWORD = "you@example.com", "Permanent-1234"


def main():
    parser = argparse.ArgumentParser()
    for name in ("templates", "work", "worker", "engines"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    emulator = Emulator(given.work)
    tasks = None
    try:
        outputs = emulator.deploy(given.templates, "oleada-hub", "us-east-1", {"LiveEndpoint": "a.iot.us-east-1.amazonaws.com"})
        say("the hub is deployed")
        emulator.deploy(given.templates, "oleada-us-east-1", "us-east-1", {})
        say("the region is deployed, and has registered itself")
        tasks = Tasks(emulator, given.work, given.worker, given.engines, "us-east-1", "oleada")
        admit(emulator, outputs["UserPoolId"])
        use(emulator, outputs, tasks)
    except BaseException:
        print(emulator.log.read_text(errors="replace")[-4000:])
        if tasks:
            print(tasks.logs())
        raise
    finally:
        if tasks:
            tasks.stop()
        emulator.stop()


def admit(emulator, pool):
    """The first administrator, as the stack would invite them; and the pool's keys where the emulator has them."""
    cognito = emulator.client("cognito-idp")
    email = [{"Name": "email", "Value": NAME}, {"Name": "email_verified", "Value": "true"}]
    cognito.admin_create_user(UserPoolId=pool, Username=NAME, UserAttributes=email, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool, Username=NAME, Password=PASSWORD, Permanent=True)
    functions = emulator.client("lambda")
    variables = functions.get_function_configuration(FunctionName="oleada-authorize")["Environment"]["Variables"]
    variables["OLEADA_TOKEN_KEYS"] = f"{emulator.endpoint}/{pool}/.well-known/jwks.json"
    functions.update_function_configuration(FunctionName="oleada-authorize", Environment={"Variables": variables})


def use(emulator, outputs, tasks):
    person = Person(emulator.port, outputs)
    status, _, document = person.ask("GET", "/openapi.json")
    assert status == 200 and document["openapi"].startswith("3."), status
    status, headers, problem = person.ask("GET", "/scenarios")
    assert (status, headers["content-type"], problem["status"]) == (401, "application/problem+json", 401), (status, headers, problem)
    assert person.ask("GET", "/scenarios", token="nonsense")[0] == 401

    person.log_in(NAME, PASSWORD)
    status, _, problem = person.ask("GET", "/scenarios")
    assert status == 403, ("somebody in no group", status, problem)
    emulator.client("cognito-idp").admin_add_user_to_group(UserPoolId=outputs["UserPoolId"], Username=NAME, GroupName="operator")
    tokens = person.log_in(NAME, PASSWORD)
    assert person.ask("GET", "/scenarios", token=tokens["id_token"])[0] == 401, "an id token opens nothing"
    say("a person has logged in")

    regions = person.get("/regions")
    assert [region["name"] for region in regions["items"]] == ["us-east-1"], regions
    target = serve(Target)
    scenario = {
        "name": "Deployed",
        "workload": {"kind": "http", "thinkTime": "50ms", "requests": [{"label": "fine", "url": f"http://127.0.0.1:{target.server_port}/"}]},
        "shape": {"kind": "users", "hold": "5s", "drain": "5s"},
        "traffic": [{"region": "us-east-1", "workers": 2, "virtualUsers": 2}],
    }
    status, _, made = person.ask("POST", "/scenarios", scenario)
    assert status == 201, (status, made)
    status, _, run = person.ask("POST", f"/scenarios/{made['scenarioId']}/runs", {})
    assert status in (201, 202), (status, run)
    ended = until(lambda: watched(person, tasks, run["runId"]), 240, f"the run does not end: {person.get('/runs/' + run['runId'])}")
    assert ended["status"] == "completed", (ended, failures(emulator))
    say(f"the run is {ended['status']}")

    results = person.get(f"/runs/{run['runId']}/results")
    delivered = results["total"]["requests"] + results["interrupted"]
    assert Target.asked > 20 and delivered == Target.asked, (Target.asked, results["total"], results["interrupted"])
    assert results["workers"]["included"] == 2, results["workers"]
    assert tasks.codes == [0, 0], tasks.codes
    executions = emulator.client("stepfunctions").list_executions(stateMachineArn=machine(emulator))["executions"]
    states = until(lambda: ended_states(emulator, executions), 60, "the execution does not end")
    assert states == ["SUCCEEDED"], states
    say(f"{delivered} requests in the results, {Target.asked} at the target")


def watched(person, tasks, run_id):
    tasks.look()
    run = person.get(f"/runs/{run_id}")
    return run if run["status"] in ("completed", "failed", "cancelled") else None


def failures(emulator):
    """What went wrong in the states of the machine, in AWS's own words."""
    client = emulator.client("stepfunctions")
    [execution] = client.list_executions(stateMachineArn=machine(emulator))["executions"]
    history = client.get_execution_history(executionArn=execution["executionArn"])["events"]
    return [each for event in history for name, each in event.items() if "Failed" in name and isinstance(each, dict)]


def machine(emulator):
    [found] = emulator.client("stepfunctions").list_state_machines()["stateMachines"]
    return found["stateMachineArn"]


def ended_states(emulator, executions):
    client = emulator.client("stepfunctions")
    states = [client.describe_execution(executionArn=each["executionArn"])["status"] for each in executions]
    return None if "RUNNING" in states else states


BEGUN = time.monotonic()


def say(text):
    print(f"{time.monotonic() - BEGUN:4.0f}s  {text}", flush=True)


if __name__ == "__main__":
    main()
