"""The compose file says every setting that a service's code reads, and each to its own: a new one is
not forgotten, and secrets go only to who needs them. What it does is in tests/check_compose.py."""

import re

import pytest
import yaml

import most

FILES = {"gateway": "gateway/[!d]*.c", "dispatcher-1": "gateway/dispatcher*.c", "agent": "agent/*.c",
         "catalog": "catalog/*.c", "sessions": "sessions/*.c"}
# one for all containers of a kind, or of no use in one
FIXED = {"PORT", "OPENAI_CA_FILE"}
SERVICES = yaml.safe_load((most.ROOT / "docker-compose.yml").read_text())["services"]


def read_by(pattern):
    return {name for path in most.ROOT.glob(pattern)
            for name in re.findall(r"\bconfig\.([A-Z][A-Z_0-9]+)", path.read_text())}


def given_to(service):
    return {name.removesuffix("_FILE") for name in SERVICES[service].get("environment", {})}


@pytest.mark.parametrize("service, pattern", FILES.items())
def test_every_setting_that_is_read_can_be_set(service, pattern):
    assert read_by(pattern) - given_to(service) - FIXED == set()


def test_secrets_go_where_they_are_read():
    secrets = set(re.findall(r"^ +S\((\w+), SECRET", (most.ROOT / "common/settings.h").read_text(),
                             re.M))
    assert "OPENAI_API_KEY" in secrets
    for service in SERVICES:
        allowed = read_by(FILES[service.replace("dispatcher-2", "dispatcher-1")]) \
            if service.replace("dispatcher-2", "dispatcher-1") in FILES else set()
        assert given_to(service) & secrets <= allowed, service


def test_every_service_is_confined():
    for name, service in SERVICES.items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert ("ports" in service) == (name == "proxy"), name
        assert "mem_limit" in service and "cpus" in service, name
        assert name == "setup" or "healthcheck" in service, name
