"""ministack, and stacks on it."""

import io
import json
import os
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import boto3
from botocore.config import Config

ACCOUNT = "000000000000"

# What the emulator does not have, and what stands in for it here.
LEFT_OUT = {
    "AWS::Cognito::UserPoolUser": "unknown to it; the test makes the first administrator by Cognito's API",
    "AWS::Cognito::UserPoolUserToGroupAttachment": "as above",
    "AWS::ECS::ClusterCapacityProviderAssociations": "unknown to it; nothing here runs on Spot",
    "AWS::EC2::FlowLog": "unknown to it; there is no network to log",
    "AWS::S3::BucketPolicy": "they refuse what does not come by TLS, and it serves HTTP",
}


def loosened(resource):
    """It takes the cluster for the resource of every action of ECS, and knows no condition `ecs:cluster`: what a role may do
    with ECS is held to the actions alone here."""
    if resource["Type"] == "AWS::IAM::Policy":
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            if all(action.startswith("ecs:") for action in actions):
                statement.pop("Condition", None)
                statement["Resource"] = "*"
    return resource


def is_left_out(resource):
    if resource["Type"] in LEFT_OUT:
        return True
    # It has no alarms on expressions of several metrics.
    return resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in resource["Properties"]


class Emulator:
    """A process of ministack on loopback. With AUTH it evaluates the policies of every caller's role."""

    def __init__(self, work):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.log = Path(work) / "ministack.log"
        environment = dict(os.environ, GATEWAY_PORT=str(self.port), BIND_HOST="127.0.0.1", AUTH="true", IOT_MTLS_ENABLED="0")
        environment.update(AWS_ACCESS_KEY_ID="test", AWS_SECRET_ACCESS_KEY="test", TMPDIR=str(work))
        # Where its functions find it, under the name by which it knows itself.
        environment["AWS_ENDPOINT_URL"] = f"http://localhost:{self.port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ministack"], env=environment, cwd=work, stdout=self.log.open("wb"), stderr=subprocess.STDOUT
        )
        until(lambda: self._answers(), 60, "ministack does not start")

    def _answers(self):
        if self.process.poll() is not None:
            raise SystemExit(f"ministack ended:\n{self.log.read_text(errors='replace')[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)

    def client(self, service, region="us-east-1"):
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}),
        )

    def deploy(self, templates, stack, region, parameters):
        """Deploys a stack as the CDK's command does: assets first, then the template; answers its outputs."""
        bucket = f"cdk-hnb659fds-assets-{ACCOUNT}-{region}"
        s3 = self.client("s3", region)
        elsewhere = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        known = {each["Name"] for each in s3.list_buckets()["Buckets"]}
        if bucket not in known:
            s3.create_bucket(Bucket=bucket, **elsewhere)
            self.client("ssm", region).put_parameter(
                Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True
            )
        assets = json.loads((templates / f"{stack}.assets.json").read_text())
        for asset in assets["files"].values():
            if asset["source"]["packaging"] == "zip":
                key = next(iter(asset["destinations"].values()))["objectKey"]
                s3.put_object(Bucket=bucket, Key=key, Body=zipped(templates / asset["source"]["path"]))
        template = json.loads((templates / f"{stack}.template.json").read_text())
        kept = {name: loosened(each) for name, each in template["Resources"].items() if not is_left_out(each)}
        for resource in kept.values():
            if "DependsOn" in resource:
                resource["DependsOn"] = [each for each in resource["DependsOn"] if each in kept]
        template["Resources"] = kept
        s3.put_object(Bucket=bucket, Key=f"{stack}.json", Body=json.dumps(template))
        formation = self.client("cloudformation", region)
        formation.create_stack(
            StackName=stack,
            TemplateURL=f"{self.endpoint}/{bucket}/{stack}.json",
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
        state = until(lambda: settled(formation, stack), 240, f"{stack} does not come to an end")
        if state["StackStatus"] != "CREATE_COMPLETE":
            failures = [
                f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason')}"
                for event in formation.describe_stack_events(StackName=stack)["StackEvents"]
                if "FAILED" in event["ResourceStatus"]
            ]
            raise SystemExit(f"{stack} is {state['StackStatus']}:\n  " + "\n  ".join(failures))
        return {each["OutputKey"]: each["OutputValue"] for each in state.get("Outputs", [])}


def settled(formation, stack):
    state = formation.describe_stacks(StackName=stack)["Stacks"][0]
    return None if state["StackStatus"].endswith("IN_PROGRESS") else state


def zipped(folder):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, (folder / "bootstrap").read_bytes())
    return memory.getvalue()


def until(look, seconds, complaint, pause=0.5):
    """What `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise SystemExit(complaint)
        time.sleep(pause)
